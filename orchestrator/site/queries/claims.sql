-- What each endpoint (address and port) that answered anything shows of each MPTCP version, over the views of the report
-- (report/queries/views.sql). Places without a value are named so: country ZZ, AS 0. Only codes of two letters are countries.
CREATE OR REPLACE TABLE claims AS
SELECT version, address, port, family, as_name, claim.verdict AS verdict, capable, coalesce(holds_up, false) AS confirmed,
  CASE WHEN regexp_full_match(country, '[A-Z]{2}') THEN country ELSE 'ZZ' END AS country, coalesce(asn, 0) AS asn,
  has_synack(claim.replies) AS synack, has_offer(claim.replies) AS offer
FROM (
  SELECT 'v1' AS version, address, port, family, as_name, country, asn, v1 AS claim, capable_v1 AS capable, confirmed AS holds_up FROM endpoints
  UNION ALL
  SELECT 'v0', address, port, family, as_name, country, asn, v0, capable_v0, NULL FROM endpoints
);
