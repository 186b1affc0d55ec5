-- What made the echoes: endpoints that return our option, by cause and by the AS that they are in; of ASes with as many, the lowest number.
SELECT coalesce(cause, '(not sure)') AS cause, CAST(sum(n) AS BIGINT) AS endpoints, percent(sum(n), sum(sum(n)) OVER ()) AS share,
  count(DISTINCT echo_asn) AS ases, first(echo_asn ORDER BY n DESC, echo_asn) FILTER (WHERE echo_asn IS NOT NULL) AS most_asn
FROM (
  SELECT cause, echo_asn, sum(n) AS n FROM endpoint_cells
  WHERE verdict_v1 = verdict().echoed_option OR verdict_v0 = verdict().echoed_option GROUP BY ALL
)
GROUP BY 1 ORDER BY endpoints DESC, 1
