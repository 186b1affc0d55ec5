-- Endpoints with a SYN/ACK to each version's probe: all, per country, and per origin AS in each country, with the addresses behind
-- them. What of this is published: docs/methods.md, disclosure control.
SELECT version, country AS outer_key, CAST(CAST(asn AS BIGINT) AS VARCHAR) AS inner_key, min(as_name) AS name,
  count(*) AS answered, count(DISTINCT address) AS answered_addresses,
  count(*) FILTER (WHERE capable) AS capable, addresses(address, capable) AS capable_addresses,
  count(*) FILTER (WHERE NOT capable) AS rest, addresses(address, NOT capable) AS rest_addresses,
  count(*) FILTER (WHERE capable AND confirmed) AS confirmed, addresses(address, capable AND confirmed) AS confirmed_addresses,
  count(*) FILTER (WHERE capable AND NOT confirmed) AS unconfirmed, addresses(address, capable AND NOT confirmed) AS unconfirmed_addresses
FROM claims WHERE synack
GROUP BY GROUPING SETS ((version), (version, country), (version, country, asn))
ORDER BY version, country NULLS FIRST, asn NULLS FIRST
