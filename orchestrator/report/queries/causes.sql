-- What made the echoes: endpoints that return our option, by cause and by the AS that they are in.
SELECT coalesce(cause, '(not sure)') AS cause, count(*) AS endpoints, percent(count(*), sum(count(*)) OVER ()) AS share,
  count(DISTINCT asn) AS ases, mode(asn) AS most_asn
FROM endpoints WHERE v1.verdict = verdict().echoed_option OR v0.verdict = verdict().echoed_option
GROUP BY 1 ORDER BY endpoints DESC, 1
