-- The same per port, and per address family at each port.
SELECT version, CAST(CAST(port AS INTEGER) AS VARCHAR) AS outer_key, CAST(CAST(family AS INTEGER) AS VARCHAR) AS inner_key, NULL AS name,
  count(*) AS answered, count(DISTINCT address) AS answered_addresses,
  count(*) FILTER (WHERE capable) AS capable, addresses(address, capable) AS capable_addresses,
  count(*) FILTER (WHERE NOT capable) AS rest, addresses(address, NOT capable) AS rest_addresses,
  count(*) FILTER (WHERE capable AND confirmed) AS confirmed, addresses(address, capable AND confirmed) AS confirmed_addresses,
  count(*) FILTER (WHERE capable AND NOT confirmed) AS unconfirmed, addresses(address, capable AND NOT confirmed) AS unconfirmed_addresses
FROM claims WHERE synack
GROUP BY GROUPING SETS ((version), (version, port), (version, port, family))
ORDER BY version, port NULLS FIRST, family NULLS FIRST
