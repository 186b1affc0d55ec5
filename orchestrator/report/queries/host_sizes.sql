-- How many addresses hosts have.
SELECT addresses, count(*) AS hosts, percent(count(*), sum(count(*)) OVER ()) AS share
FROM (SELECT host, count(*) AS addresses FROM host_addresses GROUP BY host)
GROUP BY addresses ORDER BY addresses
