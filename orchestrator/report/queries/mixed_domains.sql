-- Domains in steps, each with what it is a share of; the last is the paper's "not fully MPTCP-capable across their endpoints".
WITH steps AS (
  SELECT count(*) AS listed, count(*) FILTER (WHERE addresses > 0) AS resolved, count(*) FILTER (WHERE answered) AS answered, count(*) FILTER (WHERE capable) AS capable,
    count(*) FILTER (WHERE capable_v1) AS capable_v1, known_count(confirmed) AS confirmed,
    count(*) FILTER (WHERE capable AND addresses > 1) AS several, count(*) FILTER (WHERE mixed) AS mixed
  FROM entries
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
