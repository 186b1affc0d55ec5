-- The table `dense`: endpoints in prefixes in which everything answers, by what the run itself saw. Made after views.sql; the thresholds
-- are macros (report/views.ts).
--
-- IPv4: a /24 of which dense_ipv4() addresses or more answered one port with a SYN/ACK. So many answered, so at least so many were asked.
-- IPv6: a prefix of 64, 80 or 96 bits of which dense_ipv6() addresses or more answered one port with a SYN/ACK, each with another value in
-- the 16 bits behind the prefix, so that they are no machines numbered in a row, and all with the same verdicts and answers; and of
-- which no address is known to have been silent: one that a name led to and that has no row. The shortest such prefix counts.
CREATE OR REPLACE MACRO ipv6_part(side) AS CASE WHEN side = '' THEN CAST([] AS VARCHAR[]) ELSE string_split(side, ':') END;
CREATE OR REPLACE MACRO ipv6_filled(before, behind) AS
  list_concat(list_concat(before, list_transform(range(0, 8 - len(before) - len(behind)), lambda i: '0')), behind);
CREATE OR REPLACE MACRO ipv6_groups(address) AS CASE WHEN contains(address, '::')
  THEN ipv6_filled(ipv6_part(split_part(address, '::', 1)), ipv6_part(split_part(address, '::', 2))) ELSE string_split(address, ':') END;

CREATE OR REPLACE TABLE dense AS
WITH synacks AS (
  SELECT run, address, port, contains(address, ':') AS is_six, {v1: v1.verdict, r1: v1.replies, v0: v0.verdict, r0: v0.replies} AS shown FROM hosts
  WHERE has_synack(v1.replies) OR has_synack(v0.replies)
), fours AS (
  SELECT run, address, port, rtrim(address, '0123456789') AS prefix FROM synacks WHERE NOT is_six
), dense_fours AS (
  SELECT run, port, prefix FROM fours GROUP BY run, port, prefix HAVING count(*) >= dense_ipv4()
), sixes AS (
  SELECT run, address, port, shown, ipv6_groups(address) AS groups, unnest([4, 5, 6]) AS length FROM synacks WHERE is_six
), cut AS (
  SELECT run, address, port, shown, length, array_to_string(groups[1:length], ':') AS prefix, groups[length + 1] AS next FROM sixes
), alike AS (
  SELECT run, port, length, prefix FROM cut GROUP BY run, port, length, prefix
  HAVING count(DISTINCT next) >= dense_ipv6() AND count(DISTINCT shown) = 1
), resolved AS (
  SELECT run, ipv6_groups(address) AS groups, address
  FROM (SELECT run, unnest(addresses) AS address FROM domains WHERE (SELECT count(*) FROM alike) > 0) WHERE contains(address, ':')
), silent AS (
  SELECT DISTINCT a.run, a.length, a.prefix FROM resolved r ANTI JOIN hosts USING (run, address)
    JOIN alike a ON a.run = r.run AND a.prefix = array_to_string(r.groups[1:a.length], ':')
), dense_sixes AS (
  SELECT * FROM alike ANTI JOIN silent USING (run, length, prefix)
)
SELECT run, address, port, concat(prefix, '0/24') AS prefix FROM fours SEMI JOIN dense_fours USING (run, port, prefix)
UNION ALL
SELECT run, address, port, concat(arg_min(prefix, length), '::/', 16 * min(length)) AS prefix
FROM cut SEMI JOIN dense_sixes USING (run, port, length, prefix) GROUP BY run, address, port;
