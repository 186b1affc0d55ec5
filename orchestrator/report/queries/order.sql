-- Whether the rows of each run stand in order of their addresses, as merge writes them, and how many addresses they are: counted by the
-- change from one row to the next, for grouping millions of addresses takes longer than all other queries of a report. Of every dense_ipv4() rows in a
-- row two are kept (everything_answers.sql).
CREATE OR REPLACE TABLE address_order AS
SELECT run, count(*) FILTER (WHERE address IS DISTINCT FROM before OR run IS DISTINCT FROM run_before) AS addresses,
  count(*) FILTER (WHERE address < before AND run = run_before) AS descents,
  list(address) FILTER (WHERE place % (dense_ipv4() // 2) = 0) AS sampled
FROM (SELECT run, address, lag(run) OVER () AS run_before, lag(address) OVER () AS before, row_number() OVER () AS place FROM hosts)
GROUP BY run;
