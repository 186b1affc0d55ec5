-- The table `dense`: endpoints in prefixes in which everything answers, by what the run itself saw. Made after views.sql; the thresholds
-- are macros (report/views.ts).
--
-- IPv4: a /24 of which dense_ipv4() addresses or more answered one port with a SYN/ACK. So many answered, so at least so many were asked.
-- IPv6: a prefix of 64, 80 or 96 bits of which dense_ipv6() addresses or more answered one port with a SYN/ACK, each with another value in
-- the 16 bits behind the prefix, so that they are no machines numbered in a row, and all with the same verdicts and answers; and of
-- which no address is known to have been silent: one that a name led to and that has no row. The shortest such prefix counts.
-- Groups that the text leaves out at its double colon are written out.
CREATE OR REPLACE MACRO ipv6_left_out(address) AS
  8 - (length(address) - length(replace(address, ':', '')) - CASE WHEN starts_with(address, '::') THEN 1 ELSE 0 END - CASE WHEN ends_with(address, '::') THEN 1 ELSE 0 END);
CREATE OR REPLACE MACRO ipv6_groups(address) AS string_split(CASE WHEN contains(address, '::')
  THEN trim(replace(address, '::', ':' || repeat('0:', ipv6_left_out(address))), ':') ELSE address END, ':');

-- A row as `dense` has it: what its endpoint answered, and what it is.
CREATE OR REPLACE MACRO shown(v1, v0) AS {v1: v1.verdict, r1: v1.replies, v0: v0.verdict, r0: v0.replies};

-- Of a /24 all rows stand together. Where it has as many as are needed, two of those that were kept of the order of addresses are of it; nothing is read of
-- other addresses.
CREATE OR REPLACE TABLE dense_fours AS
WITH looked_at AS (
  SELECT run, rtrim(address, '0123456789') AS prefix
  FROM (SELECT run, unnest(sampled) AS address FROM address_order) WHERE NOT contains(address, ':')
), likely AS (
  SELECT run, prefix FROM looked_at GROUP BY run, prefix HAVING count(*) > 1
), fours AS (
  SELECT e.run, e.address, e.port, likely.prefix, v1, v0, capable_v1, capable_v0
  FROM endpoints e JOIN likely ON likely.run = e.run AND likely.prefix = rtrim(e.address, '0123456789')
), synacks AS (
  SELECT run, address, port, prefix, has_synack(v1.replies) AS synack_v1, has_synack(v0.replies) AS synack_v0, capable_v1, capable_v0
  FROM fours WHERE synack_v1 OR synack_v0
)
FROM synacks SEMI JOIN (
  SELECT run, port, prefix FROM synacks GROUP BY run, port, prefix HAVING count(*) >= dense_ipv4()
) USING (run, port, prefix);

CREATE OR REPLACE TABLE dense AS
WITH sixes AS (
  SELECT run, address, port, shown(v1, v0) AS shown, has_synack(v1.replies) AS synack_v1, has_synack(v0.replies) AS synack_v0, capable_v1, capable_v0,
    ipv6_groups(address) AS groups
  FROM endpoints WHERE family = 6 AND (synack_v1 OR synack_v0)
), blocks AS (
  -- most prefixes are told by this to be none, and what their addresses answered is not looked at
  SELECT DISTINCT run, port, groups[1:7] AS groups FROM sixes
), many AS (
  SELECT run, port, length, array_to_string(groups[1:length], ':') AS prefix
  FROM (SELECT run, port, groups, unnest([4, 5, 6]) AS length FROM blocks)
  GROUP BY ALL HAVING count(DISTINCT groups[length + 1]) >= dense_ipv6()
), cut AS (
  SELECT s.* EXCLUDE (groups), length, prefix
  FROM sixes s JOIN many m ON m.run = s.run AND m.port = s.port AND m.prefix = array_to_string(s.groups[1:m.length], ':')
), alike AS (
  SELECT run, port, length, prefix FROM cut GROUP BY run, port, length, prefix HAVING count(DISTINCT shown) = 1
), resolved AS (
  SELECT run, ipv6_groups(address) AS groups, address
  FROM (SELECT run, unnest(addresses) AS address FROM domains WHERE (SELECT count(*) FROM alike) > 0) WHERE contains(address, ':')
), silent AS (
  SELECT DISTINCT a.run, a.length, a.prefix FROM resolved r ANTI JOIN hosts USING (run, address)
    JOIN alike a ON a.run = r.run AND a.prefix = array_to_string(r.groups[1:a.length], ':')
), dense_sixes AS (
  SELECT * FROM alike ANTI JOIN silent USING (run, length, prefix)
)
SELECT run, address, port, concat(prefix, '0/24') AS prefix, synack_v1, synack_v0, capable_v1, capable_v0 FROM dense_fours
UNION ALL
SELECT run, address, port, concat(arg_min(prefix, length), '::/', 16 * min(length)) AS prefix, any_value(synack_v1), any_value(synack_v0),
  any_value(capable_v1), any_value(capable_v0)
FROM cut SEMI JOIN dense_sixes USING (run, port, length, prefix) GROUP BY run, address, port;
