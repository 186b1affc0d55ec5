-- The numbers of the first screen and the denominators of all others, as one row. Confirmed: null where no connection was tried.
SELECT e.*, s.*, d.*
FROM (
  SELECT count(*) AS endpoints_replied,
    count(*) FILTER (WHERE replied_v1) AS endpoints_replied_v1, count(*) FILTER (WHERE synack_v1) AS endpoints_synack_v1,
    count(*) FILTER (WHERE offer_v1) AS endpoints_offered_v1, count(*) FILTER (WHERE echoed_v1) AS endpoints_echoed_v1,
    count(*) FILTER (WHERE capable_v1) AS endpoints_capable_v1, count(confirmed) AS endpoints_tried_v1, known_count(confirmed) AS endpoints_confirmed_v1,
    count(*) FILTER (WHERE replied_v0) AS endpoints_replied_v0, count(*) FILTER (WHERE synack_v0) AS endpoints_synack_v0,
    count(*) FILTER (WHERE offer_v0) AS endpoints_offered_v0, count(*) FILTER (WHERE echoed_v0) AS endpoints_echoed_v0,
    count(*) FILTER (WHERE capable_v0) AS endpoints_capable_v0
  FROM endpoints
) e, (
  SELECT count(*) AS addresses_replied, count(*) FILTER (WHERE synack) AS addresses_synack,
    count(*) FILTER (WHERE capable_v1 OR capable_v0) AS addresses_capable,
    count(*) FILTER (WHERE capable_v1) AS addresses_capable_v1, count(*) FILTER (WHERE capable_v0) AS addresses_capable_v0,
    count(confirmed) AS addresses_tried_v1, known_count(confirmed) AS addresses_confirmed_v1
  FROM servers
) s, (
  SELECT count(*) AS domains_listed, count(*) FILTER (WHERE addresses > 0) AS domains_resolved,
    count(*) FILTER (WHERE answered) AS domains_answered,
    count(*) FILTER (WHERE capable) AS domains_capable, count(*) FILTER (WHERE capable_v1) AS domains_capable_v1,
    count(confirmed) AS domains_tried_v1, known_count(confirmed) AS domains_confirmed_v1
  FROM entries
) d
