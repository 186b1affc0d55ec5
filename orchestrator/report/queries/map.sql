-- Figure 4 (paper): capable addresses per location, as the geo database places them.
SELECT latitude, longitude, min(city) AS city, min(country) AS country, count(*) AS servers
FROM capable WHERE latitude IS NOT NULL AND longitude IS NOT NULL
GROUP BY latitude, longitude ORDER BY servers DESC, latitude, longitude
