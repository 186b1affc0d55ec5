-- Entries of runs whose domains do not say in which AS they lie: that of their capable addresses, else of all that answered, the lowest
-- number. Merge writes it since (schemas/records/domains.ts).
SELECT d.* REPLACE (coalesce(d.asn, home.asn) AS asn)
FROM domains d LEFT JOIN (
  SELECT run, domain.name AS name, coalesce(min(asn) FILTER (WHERE capable), min(asn)) AS asn
  FROM (
    SELECT run, unnest(domains) AS domain, asn,
      coalesce(v1.verdict = verdict().capable, false) OR coalesce(v0.verdict = verdict().capable, false) AS capable
    FROM hosts WHERE asn IS NOT NULL
  )
  GROUP BY ALL
) home USING (run, name)
