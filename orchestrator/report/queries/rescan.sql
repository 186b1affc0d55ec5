-- What two scans of the same addresses say of an endpoint and version: how many have each pair of verdicts. Who answered neither time has no
-- row: how many were asked stands in the facts of the run.
SELECT version, port, CAST(first AS VARCHAR) AS first, CAST(second AS VARCHAR) AS second, count(*) AS endpoints
FROM rescanned GROUP BY ALL ORDER BY version DESC, port, first, second
