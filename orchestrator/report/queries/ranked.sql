-- Of each AS: how many ranked domains answered, how many of them are capable and where those stand on average, and where its domains stand
-- in the list, from 0 to 1: all of them up to some 2,048, else about so many, drawn by their names. A place is in the middle of those of its
-- rank. No rows where no ranked domain is capable. Of the ASes of one slice alone (`slice`, see ranked.ts): lists are held in memory.
WITH own AS (
  SELECT ranked_entries.* FROM ranked_entries, slice WHERE asn % slice.slices = slice.number
), sized AS (
  SELECT asn, count(*) AS domains, count(*) FILTER (WHERE capable) AS capable, avg(place ORDER BY place) FILTER (WHERE capable) AS mean
  FROM own WHERE (SELECT bool_or(capable) FROM capable_entries WHERE rank IS NOT NULL) GROUP BY asn
), drawn AS (
  SELECT asn, list(place ORDER BY place) AS places FROM own JOIN sized USING (asn)
  WHERE domains <= 2048 OR draw < 1048576 * (2048 / domains) GROUP BY asn
)
SELECT asn, domains, capable, mean, places FROM sized JOIN drawn USING (asn) ORDER BY asn
