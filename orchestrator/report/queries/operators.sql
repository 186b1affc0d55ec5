-- Across how many ASes and organisations the capable addresses lie: those with an origin AS.
SELECT count(*) AS addresses, count(DISTINCT asn) AS ases, count(DISTINCT organisation_id) AS organisations
FROM capable_organisations WHERE asn IS NOT NULL
