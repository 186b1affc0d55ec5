-- The numbers of the first screen and the denominators of all others, as one row. Confirmed: null where no connection was tried.
SELECT e.*, r.*, s.*, d.*, c.*
FROM (
  SELECT total(n, true) AS endpoints_replied,
    total(n, replied_v1) AS endpoints_replied_v1, total(n, synack_v1) AS endpoints_synack_v1,
    total(n, offer_v1) AS endpoints_offered_v1, total(n, echoed_v1) AS endpoints_echoed_v1,
    total(n, capable_v1) AS endpoints_capable_v1, total(n, confirmed IS NOT NULL) AS endpoints_tried_v1, known_total(n, confirmed) AS endpoints_confirmed_v1,
    total(n, replied_v0) AS endpoints_replied_v0, total(n, synack_v0) AS endpoints_synack_v0,
    total(n, offer_v0) AS endpoints_offered_v0, total(n, echoed_v0) AS endpoints_echoed_v0,
    total(n, capable_v0) AS endpoints_capable_v0
  FROM endpoint_counts
) e, (
  SELECT coalesce(sum(replied), 0) AS addresses_replied, coalesce(sum(synack), 0) AS addresses_synack FROM address_counts
) r, (
  SELECT count(*) AS addresses_capable,
    count(*) FILTER (WHERE capable_v1) AS addresses_capable_v1, count(*) FILTER (WHERE capable_v0) AS addresses_capable_v0,
    count(confirmed) AS addresses_tried_v1, known_count(confirmed) AS addresses_confirmed_v1
  FROM capable
) s, (
  SELECT total(n, true) AS domains_listed, total(n, resolved) AS domains_resolved, total(n, answered) AS domains_answered,
    total(n, capable) AS domains_capable, total(n, capable_v1) AS domains_capable_v1
  FROM entry_counts
) d, (
  SELECT count(confirmed) AS domains_tried_v1, known_count(confirmed) AS domains_confirmed_v1 FROM capable_entries
) c
