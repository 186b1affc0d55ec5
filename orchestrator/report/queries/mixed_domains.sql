-- Domains in steps, each with what it is a share of; the last is the paper's "not fully MPTCP-capable across their endpoints".
WITH facts AS (
  SELECT rank, len(addresses) AS addresses, addresses_answered > 0 AS answered,
    addresses_capable_v1 + addresses_capable_v0 > 0 AS capable, mixed
  FROM domains
), steps AS (
  SELECT count(*) AS listed, count(*) FILTER (WHERE addresses > 0) AS resolved, count(*) FILTER (WHERE answered) AS answered, count(*) FILTER (WHERE capable) AS capable,
    count(*) FILTER (WHERE capable AND addresses > 1) AS several, count(*) FILTER (WHERE mixed) AS mixed
  FROM facts
)
SELECT step.name AS domains, step.n AS count, step.base AS "of", CASE WHEN step.base > 0 THEN round(100.0 * step.n / step.base, 2) END AS share
FROM (SELECT unnest([
  {name: 'in the list', n: listed, base: NULL},
  {name: 'with an address', n: resolved, base: listed},
  {name: 'with an address that answered with a SYN/ACK', n: answered, base: resolved},
  {name: 'with a capable address', n: capable, base: answered},
  {name: 'capable and with more than one address', n: several, base: capable},
  {name: 'of those, with capable and incapable addresses', n: mixed, base: several}
]) AS step FROM steps)
