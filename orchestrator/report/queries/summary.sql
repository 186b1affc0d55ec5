-- The numbers of the first screen and the denominators of all others, as one row.
SELECT e.*, s.*, d.*
FROM (
  SELECT count(*) AS endpoints_replied,
    count(*) FILTER (WHERE synack_v1) AS endpoints_synack_v1, count(*) FILTER (WHERE capable_v1) AS endpoints_capable_v1, count(*) FILTER (WHERE echoed_v1) AS endpoints_echoed_v1,
    count(*) FILTER (WHERE synack_v0) AS endpoints_synack_v0, count(*) FILTER (WHERE capable_v0) AS endpoints_capable_v0, count(*) FILTER (WHERE echoed_v0) AS endpoints_echoed_v0
  FROM endpoints
) e, (
  SELECT count(*) AS addresses_replied, count(*) FILTER (WHERE synack) AS addresses_synack,
    count(*) FILTER (WHERE capable_v1 OR capable_v0) AS addresses_capable,
    count(*) FILTER (WHERE capable_v1) AS addresses_capable_v1, count(*) FILTER (WHERE capable_v0) AS addresses_capable_v0
  FROM servers
) s, (
  SELECT count(*) AS domains_listed, count(*) FILTER (WHERE len(addresses) > 0) AS domains_resolved,
    count(*) FILTER (WHERE addresses_answered > 0) AS domains_answered,
    count(*) FILTER (WHERE addresses_capable_v1 + addresses_capable_v0 > 0) AS domains_capable
  FROM domains
) d
