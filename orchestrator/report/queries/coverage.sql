-- For how many capable addresses a value is known, and why it is not for the rest.
SELECT field, state, count(*) AS addresses FROM (
  SELECT unnest([
    {field: 'country', state: CASE WHEN country IS NULL THEN coalesce(country_missing, missing().no_data) ELSE 'known' END},
    {field: 'position', state: CASE WHEN latitude IS NULL THEN coalesce(country_missing, missing().no_data) ELSE 'known' END},
    {field: 'asn', state: CASE WHEN asn IS NULL THEN coalesce(asn_missing, missing().no_data) ELSE 'known' END},
    {field: 'os', state: CASE WHEN os IS NULL THEN coalesce(os_missing, missing().no_data) ELSE 'known' END},
    {field: 'ping', state: CASE WHEN ping_rtt_us IS NULL THEN coalesce(ping_rtt_us_missing, missing().no_data) ELSE 'known' END}
  ], recursive := true) FROM capable
) GROUP BY field, state ORDER BY field, addresses DESC, state
