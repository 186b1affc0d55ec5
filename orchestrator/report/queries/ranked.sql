-- Domains that answered, with a rank and an AS, as the list has them, by rank: what the test of popularity reads of each. `draw`: a number
-- below 2^20 by its name; one bit more says whether it is capable. Nothing but numbers without a null: read as vectors (report/ranked.ts).
SELECT CAST(rank AS DOUBLE) AS rank, CAST(asn AS UINTEGER) AS asn,
  CAST(2 * (hash(name) % 1048576) AS UINTEGER) + CAST(capable AS UINTEGER) AS draw
FROM entries WHERE answered AND rank IS NOT NULL AND asn IS NOT NULL
