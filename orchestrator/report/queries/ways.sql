-- What the sweep showed of each sample: how many ways have a change on them, and how many SYNs were answered nearer than a ping goes.
WITH ways AS (
  SELECT unnest(ways) AS w FROM swept
)
SELECT w.drawn_as AS sample, count(*) AS ways, count(w.last_intact_ttl) AS seen, count(w.first_changed_ttl) AS changed,
  percent(count(w.first_changed_ttl), count(*)) AS changed_share,
  count(*) FILTER (WHERE w.first_changed_shows = 'stripped') AS stripped,
  count(*) FILTER (WHERE w.nearer > 0) AS nearer, percent(count(*) FILTER (WHERE w.nearer > 0), count(w.answered_ttl)) AS nearer_share,
  count(*) FILTER (WHERE w.cause = 'syn_proxy') AS syn_proxy
FROM ways GROUP BY ALL ORDER BY ways DESC, sample
