-- Which AS, at which distance, changes our option: ways of endpoints by the hops on either side of the change. Where the hop in front and the
-- one behind are of different ASes, both are named: what changed the option is one's or the other's.
WITH ways AS (
  SELECT run, address, port, unnest(ways) AS w FROM swept
)
SELECT w.drawn_as AS sample, w.first_changed_shows AS shows, w.last_intact_asn AS asn_before, w.first_changed_asn AS asn_behind,
  count(*) AS ways, min(w.first_changed_ttl) AS nearest, CAST(median(w.first_changed_ttl) AS BIGINT) AS hops_median, max(w.first_changed_ttl) AS farthest
FROM ways WHERE w.first_changed_ttl IS NOT NULL
GROUP BY ALL ORDER BY ways DESC, sample, shows, asn_before, asn_behind LIMIT 30
