-- What the counts of capable ones may lack: endpoints per version, addresses and domains that are neither capable nor decided to be not.
SELECT e.*, a.*, d.*
FROM (
  SELECT total(n, verdict_v1 = verdict().unknown) AS unknown_v1, total(n, verdict_v1 = verdict().inconsistent) AS inconsistent_v1,
    total(n, verdict_v0 = verdict().unknown) AS unknown_v0, total(n, verdict_v0 = verdict().inconsistent) AS inconsistent_v0
  FROM endpoint_counts
) e, (
  SELECT count(*) FILTER (WHERE NOT inconsistent) AS addresses_unknown, count(*) FILTER (WHERE inconsistent) AS addresses_inconsistent
  FROM undecided
) a, (
  SELECT count(*) FILTER (WHERE NOT inconsistent) AS domains_unknown, count(*) FILTER (WHERE inconsistent) AS domains_inconsistent
  FROM (
    SELECT run, name, bool_or(inconsistent) AS inconsistent
    FROM (SELECT run, inconsistent, domain.name AS name FROM (SELECT run, inconsistent, unnest(domains) AS domain FROM undecided))
      ANTI JOIN capable_entries USING (run, name)
    GROUP BY ALL
  )
) d
