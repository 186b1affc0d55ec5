-- Endpoints with a SYN/ACK to each version's probe: all, per country, and per origin AS in each country, with the addresses behind
-- them. What of this is published: docs/methods.md, disclosure control.
SELECT version, country AS outer_key, CAST(CAST(asn AS BIGINT) AS VARCHAR) AS inner_key, min(as_name) AS name,
  CAST(sum(n) AS BIGINT) AS answered, count(*) AS answered_addresses,
  CAST(sum(c) AS BIGINT) AS capable, count(*) FILTER (WHERE c > 0) AS capable_addresses,
  CAST(sum(n - c) AS BIGINT) AS rest, count(*) FILTER (WHERE n > c) AS rest_addresses,
  CAST(sum(f) AS BIGINT) AS confirmed, count(*) FILTER (WHERE f > 0) AS confirmed_addresses,
  CAST(sum(c - f) AS BIGINT) AS unconfirmed, count(*) FILTER (WHERE c > f) AS unconfirmed_addresses
FROM (
  -- n endpoints of an address answered, c of them are capable, f confirmed
  SELECT version, country, asn, address, min(as_name) AS as_name, count(*) AS n,
    count(*) FILTER (WHERE capable) AS c, count(*) FILTER (WHERE capable AND confirmed) AS f
  FROM claims WHERE synack GROUP BY version, country, asn, address
)
GROUP BY GROUPING SETS ((version), (version, country), (version, country, asn))
ORDER BY version, country NULLS FIRST, asn NULLS FIRST
