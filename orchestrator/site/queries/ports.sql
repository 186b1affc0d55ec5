-- The same per port, and per address family at each port. An address has a port once: so many endpoints, so many addresses. All ports
-- together are in places.sql.
SELECT *, answered AS answered_addresses, capable AS capable_addresses, rest AS rest_addresses, confirmed AS confirmed_addresses,
  unconfirmed AS unconfirmed_addresses
FROM (
  SELECT version, CAST(CAST(port AS INTEGER) AS VARCHAR) AS outer_key, CAST(CAST(family AS INTEGER) AS VARCHAR) AS inner_key, NULL AS name,
    count(*) AS answered, count(*) FILTER (WHERE capable) AS capable, count(*) FILTER (WHERE NOT capable) AS rest,
    count(*) FILTER (WHERE capable AND confirmed) AS confirmed, count(*) FILTER (WHERE capable AND NOT confirmed) AS unconfirmed
  FROM claims WHERE synack
  GROUP BY GROUPING SETS ((version, port), (version, port, family))
  ORDER BY version, port, family NULLS FIRST
)
