-- Pairs of places that the addresses of one host are at, as the geo database places them: one row per pair of different places.
WITH placed AS (
  SELECT run, address, min({latitude: latitude, longitude: longitude, city: city, country: country}) AS place
  FROM (
    SELECT run, address, latitude, longitude, city, country FROM capable_endpoints
    UNION ALL
    SELECT run, a.address, a.latitude, a.longitude, NULL, a.country FROM (SELECT run, unnest(announced) AS a FROM capable_endpoints)
  )
  WHERE latitude IS NOT NULL AND longitude IS NOT NULL
  GROUP BY run, address
), spots AS (
  SELECT DISTINCT h.host, p.place.latitude AS latitude, p.place.longitude AS longitude FROM host_addresses h JOIN placed p USING (run, address)
)
SELECT a.latitude AS latitude, a.longitude AS longitude, b.latitude AS other_latitude, b.longitude AS other_longitude, count(*) AS hosts
FROM spots a JOIN spots b ON a.host = b.host AND (a.latitude, a.longitude) < (b.latitude, b.longitude)
GROUP BY a.latitude, a.longitude, b.latitude, b.longitude
ORDER BY hosts DESC, latitude, longitude, other_latitude, other_longitude
