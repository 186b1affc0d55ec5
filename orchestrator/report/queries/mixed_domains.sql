-- Domains in steps, each with what it is a share of; the last is the paper's "not fully MPTCP-capable across their endpoints".
WITH steps AS (
  SELECT total(n, true) AS listed, total(n, resolved) AS resolved, total(n, answered) AS answered, total(n, capable) AS capable,
    total(n, capable_v1) AS capable_v1, (SELECT known_count(confirmed) FROM capable_entries) AS confirmed,
    total(n, capable AND several) AS several, total(n, mixed) AS mixed
  FROM entry_counts
)
SELECT step.name AS domains, step.n AS count, step.base AS "of", percent(step.n, step.base) AS share
FROM (SELECT unnest([
  {name: 'in the list', n: listed, base: NULL},
  {name: 'with an address', n: resolved, base: listed},
  {name: 'with an address that answered with a SYN/ACK', n: answered, base: resolved},
  {name: 'with a capable address', n: capable, base: answered},
  {name: 'of those, with an address capable in v1', n: capable_v1, base: capable},
  {name: 'of those, with a confirmed address', n: confirmed, base: capable_v1},
  {name: 'capable and with more than one address', n: several, base: capable},
  {name: 'of those, with capable and incapable addresses', n: mixed, base: several}
]) AS step FROM steps)
