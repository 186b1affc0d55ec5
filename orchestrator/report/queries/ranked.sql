-- Of each AS: how many ranked domains answered, how many of them are capable and where those stand on average, and where its domains stand
-- in the list, from 0 to 1: all of them up to some 2,048, else about so many, drawn by their names. A place is in the middle of those of its
-- rank. No rows where no ranked domain is capable.
WITH placed AS (
  SELECT asn, name, (cume_dist() OVER by_rank + (rank() OVER by_rank - 1) / count(*) OVER ()) / 2 AS place, capable
  FROM entries JOIN domain_homes USING (run, name)
  WHERE answered AND rank IS NOT NULL AND asn IS NOT NULL AND (SELECT bool_or(capable) FROM entries WHERE rank IS NOT NULL)
  WINDOW by_rank AS (ORDER BY rank)
), sized AS (
  SELECT asn, count(*) AS domains, count(*) FILTER (WHERE capable) AS capable, avg(place ORDER BY place) FILTER (WHERE capable) AS mean FROM placed GROUP BY asn
), drawn AS (
  SELECT asn, list(place ORDER BY place) AS places FROM placed JOIN sized USING (asn)
  WHERE domains <= 2048 OR hash(name) % 1048576 < 1048576 * (2048 / domains) GROUP BY asn
)
SELECT asn, domains, capable, mean, places FROM sized JOIN drawn USING (asn) ORDER BY asn
