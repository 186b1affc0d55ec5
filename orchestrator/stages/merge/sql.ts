import { SynAck } from '../../schemas/lists.ts';

/** Names and the addresses that they resolved to: the one place where the two are joined. `asked` is the name with www. where it was doubled. */
export const namedAddresses = '(SELECT name AS asked, unnest(addresses) AS address FROM resolve)';

const synackWords = SynAck.options.map((word) => `'${word}'`).join(', ');

/** Replies whose keys are compared over the whole run (evidence/keys.ts). */
export const candidateRepliesSql = 'SELECT * FROM scan WHERE len(options_mptcp) > 0';

/**
 * What a host row is put together from, each sorted by address. Sorting spills to disk, gathering rows into lists does not: the tables
 * are written sorted once, and then read in slices of addresses that fit into memory however long the list is.
 */
export const sortedTables: Readonly<Record<string, string>> = {
  replies: 'SELECT * FROM scan ORDER BY address, port',
  named: `
    SELECT r.address, t.name, min(t.rank) AS rank, bool_and(t.www) AS www
    FROM ${namedAddresses} r
    JOIN targets t ON t.target = r.asked AND t.kind = 'name'
    GROUP BY r.address, t.name
    ORDER BY r.address`,
  connections: 'SELECT * FROM handshake ORDER BY address, port',
  announcements: `
    SELECT h.address, h.port, u.a.address AS announced, u.a.port AS announced_port, u.a.scope AS scope, u.a.hmac AS hmac, asn.asn
    FROM handshake h, unnest(h.announced) AS u(a)
    LEFT JOIN asn ON asn.address = u.a.address
    ORDER BY h.address, h.port`,
  origins: 'SELECT * FROM asn ORDER BY address',
  registrations: 'SELECT * FROM whois ORDER BY address',
  places: 'SELECT * FROM geo ORDER BY address',
  fingerprints: 'SELECT * FROM os ORDER BY address',
  paths: 'SELECT * FROM path ORDER BY address',
};

/** First address of every slice of `size` addresses, in order. */
export function slicesSql(size: number): string {
  return `
    SELECT address
    FROM (SELECT address, row_number() OVER (ORDER BY address) AS n FROM (SELECT DISTINCT address FROM replies))
    WHERE n % ${size} = 1 % ${size}
    ORDER BY address`;
}

/**
 * One row per address and port that answered, with all that is known of it. Lists are sorted, so that the same records give the same bytes.
 * @param within condition on `address`
 */
export function hostsSql(within: string): string {
  return `
  WITH answered AS (
    SELECT address, port, list(r ORDER BY probe, classification, option, sent_option) AS scans, min(rtt_us) AS syn_rtt_us
    FROM replies r WHERE ${within} GROUP BY address, port
  ), domains AS (
    SELECT address, list({name: name, rank: rank, www: www} ORDER BY rank NULLS LAST, name) AS domains
    FROM named WHERE ${within} GROUP BY address
  ), announced AS (
    SELECT address, port, list({
      address: announced, port: announced_port, scope: scope, hmac: hmac, asn: asn
    } ORDER BY announced, announced_port, hmac) AS announced
    FROM announcements WHERE ${within} GROUP BY address, port
  )
  SELECT
    answered.address, answered.port, scans, syn_rtt_us, domains,
    CASE WHEN h.address IS NOT NULL THEN h END AS handshake,
    announced.announced AS announced,
    CASE WHEN a.address IS NOT NULL THEN a END AS asn,
    CASE WHEN w.address IS NOT NULL THEN w END AS whois,
    CASE WHEN g.address IS NOT NULL THEN g END AS geo,
    CASE WHEN o.address IS NOT NULL THEN o END AS os,
    CASE WHEN p.address IS NOT NULL THEN p END AS path
  FROM answered
  LEFT JOIN domains USING (address)
  LEFT JOIN (FROM connections WHERE ${within}) h USING (address, port)
  LEFT JOIN announced USING (address, port)
  LEFT JOIN (FROM origins WHERE ${within}) a USING (address)
  LEFT JOIN (FROM registrations WHERE ${within}) w USING (address)
  LEFT JOIN (FROM places WHERE ${within}) g USING (address)
  LEFT JOIN (FROM fingerprints WHERE ${within}) o USING (address)
  LEFT JOIN (FROM paths WHERE ${within}) p USING (address)
  ORDER BY answered.address, answered.port`;
}

/** What the entries of the list are put together from, over the hosts judged just before. */
export const entryTables: Readonly<Record<string, string>> = {
  answering: `
    SELECT address,
      bool_or(list_has_any(list_concat(coalesce(v1.replies, []), coalesce(v0.replies, [])), [${synackWords}])) AS answered,
      coalesce(bool_or(v1.verdict = 'capable'), false) AS v1,
      coalesce(bool_or(v0.verdict = 'capable'), false) AS v0
    FROM hosts
    GROUP BY address`,
  entries: "SELECT name, min(rank) AS rank FROM targets WHERE kind = 'name' GROUP BY name",
  members: `
    SELECT DISTINCT t.name, a.address
    FROM targets t
    JOIN ${namedAddresses} a ON a.asked = t.target
    WHERE t.kind = 'name'`,
  placed: `
    SELECT name, rank, address
    FROM entries
    LEFT JOIN members USING (name)`,
};

/**
 * One row per list entry and address, an entry without addresses once, in the order of domains.parquet. Joins and sorting spill to
 * disk, lists of addresses do not: gatherDomains (domains.ts) makes them of this stream. Only addresses that answered with a SYN/ACK
 * can be incapable.
 */
export const entryAddressesSql = `
  SELECT
    name, rank, address,
    coalesce(answering.answered, false) AS answered,
    coalesce(answering.v1, false) AS v1,
    coalesce(answering.v0, false) AS v0
  FROM placed
  LEFT JOIN answering USING (address)
  ORDER BY rank NULLS LAST, name, address`;
