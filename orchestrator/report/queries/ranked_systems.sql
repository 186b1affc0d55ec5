-- Of each AS: how many ranked domains answered, and how many of them are capable.
SELECT asn, total(n, true) AS domains, total(n, capable) AS capable
FROM entry_counts WHERE answered AND ranked AND asn IS NOT NULL GROUP BY asn ORDER BY asn
