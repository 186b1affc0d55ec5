-- Ranked domains that answered, with the AS that each is of, and its place in the list from 0 to 1: in the middle of those of its rank.
SELECT asn, (cume_dist() OVER by_rank + (rank() OVER by_rank - 1) / count(*) OVER ()) / 2 AS place, capable
FROM entries JOIN domain_homes USING (run, name)
WHERE answered AND rank IS NOT NULL AND asn IS NOT NULL
WINDOW by_rank AS (ORDER BY rank)
ORDER BY asn, place, capable
