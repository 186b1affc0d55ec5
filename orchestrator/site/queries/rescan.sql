-- Of the endpoints that answered one of two scans at least, per version: who has the same verdict in both, and who has not. In the folder
-- of a run by hand: CREATE VIEW rescanned AS FROM 'rescanned.parquet';
SELECT CASE version WHEN 1 THEN 'v1' ELSE 'v0' END AS version, first = second AS equal, count(*) AS endpoints, count(DISTINCT address) AS addresses, count(DISTINCT port) AS ports
FROM rescanned GROUP BY ALL ORDER BY 1 DESC, 2
