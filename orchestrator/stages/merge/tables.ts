import { nearerSql, thresholdsSql } from '../../evidence/boxes/nearer.ts';
import { handshakeEvidenceFields } from '../../evidence/plain.ts';

/** Names and the addresses that they resolved to: the one place where the two are joined. `asked` is the name with www. where it was doubled. */
export const namedAddresses = '(SELECT name AS asked, unnest(addresses) AS address FROM resolve)';

const ofConnection = [
  ...new Set([
    ...handshakeEvidenceFields,
    'connected',
    'hold_held',
    'fallback',
    'fallback_missing',
    'mp_fail_sent',
    'failure',
  ]),
];

/** Rows of path as the rule of evidence/boxes/nearer.ts asks for them. */
const pairedPaths = '(SELECT *, pair_ratio AS ratio, pair_gap_us AS gap FROM path)';

/** What became of an announcement. Records of earlier versions have none of these fields: JSON, unlike a struct, does not mind. */
const joinOf = (field: string, type: string) => `CAST((to_json(u.a)->>'${field}') AS ${type}) AS ${field}`;
const joinFields = [
  joinOf('joined', 'BOOLEAN'),
  "coalesce((to_json(u.a)->>'joined_missing'), CASE WHEN (to_json(u.a)->>'joined') IS NULL THEN 'not_asked' END) AS joined_missing",
  joinOf('join_failure', 'VARCHAR'),
  joinOf('join_reset_reason', 'INTEGER'),
].join(', ');

/* Tables of few hosts, put together from several: written once in order of the address, and read range by range. */

/** Announced addresses are few: what all addresses have passes by them, and is not held to be looked up in. */
const announcementsSql = `
    WITH told AS MATERIALIZED (SELECT h.address, h.port, u.a AS a FROM handshake h, unnest(h.announced) AS u(a)),
    announced AS MATERIALIZED (SELECT DISTINCT a.address AS address FROM told),
    origins AS MATERIALIZED (SELECT address, asn FROM asn SEMI JOIN announced USING (address)),
    places AS MATERIALIZED (SELECT address, country, latitude, longitude FROM geo SEMI JOIN announced USING (address)),
    found AS MATERIALIZED (SELECT DISTINCT address FROM ${namedAddresses} SEMI JOIN announced USING (address))
    SELECT u.address, u.port, u.a.address AS announced, u.a.port AS announced_port, u.a.scope AS scope, u.a.hmac AS hmac, asn, country, latitude, longitude, ${joinFields},
      CASE WHEN EXISTS (FROM resolve) THEN r.address IS NOT NULL END AS resolved
    FROM told u
    LEFT JOIN origins o ON o.address = u.a.address
    LEFT JOIN places p ON p.address = u.a.address
    LEFT JOIN found r ON r.address = u.a.address
    ORDER BY u.address`;

/*
 * Records of few hosts lie in parts by the hundred, since each host takes long to ask: they are written into one file, in their own order,
 * which is that of the address where a run was not put together from elsewhere.
 */

const connectionsSql = `SELECT address, port, ${ofConnection.join(', ')} FROM handshake`;

/** Where they are written. */
export const joinedFile = (name: string) => `${name}.parquet`;

/** What else, out of records alone. */
export const joinedTables: Readonly<Record<string, string>> = {
  connections: connectionsSql,
  registrations: 'SELECT address, country, as_name, failure FROM whois',
  fingerprints: 'SELECT address, candidates, failure FROM os',
  announcements: announcementsSql,
  paths: `
    SELECT p.address, ping_rtt_us, failure, pairs, pair_ratio, pair_gap_us, control, ${nearerSql('p', 't')} AS nearer
    FROM ${pairedPaths} p, (${thresholdsSql(pairedPaths)}) t
    ORDER BY p.address`,
  ways: `
    WITH beside AS MATERIALIZED (
      SELECT address, asn
      FROM asn SEMI JOIN (SELECT unnest([last_intact, first_changed, hop_before]) AS address FROM hops) USING (address)
    )
    SELECT h.address, h.port, h.probe, h.drawn_as, h.last_intact_ttl, i.asn AS last_intact_asn, h.first_changed_ttl,
      c.asn AS first_changed_asn, h.first_changed_shows, h.answered_ttl, b.asn AS hop_before_asn, h.echo_expired_ttl, h.cause, h.nearer
    FROM hops h LEFT JOIN beside i ON i.address = h.last_intact LEFT JOIN beside c ON c.address = h.first_changed
    LEFT JOIN beside b ON b.address = h.hop_before
    ORDER BY h.address`,
};

/** What else, out of what merge drew (drawn.ts). */
export const drawnTables: Readonly<Record<string, string>> = {
  controls: 'SELECT address, port, control FROM drawn ORDER BY address',
};

/** What else a host row is put together from, beside the names: records as they are, which are in order of their address. */
export const hostTables: Readonly<Record<string, string>> = {
  origins: 'SELECT address, asn, prefix, as_name, failure FROM asn',
  places: 'SELECT address, country, city, latitude, longitude, failure FROM geo',
};

/** SQL: the rank that the study goes by, of a row of targets: that of its first list. Records of before there were several have no number. */
export const rankOfRun = 'CASE WHEN coalesce(list, 1) = 1 THEN rank END';

/**
 * SQL: what a name and its www double have in common. Names, their doubles and the addresses of both are dealt out by it, so that what
 * belongs together comes together. To cut one www. off takes half the time of the expression that cuts any number.
 */
export const stemOf = (name: string) => `
  CASE WHEN NOT starts_with(${name}, 'www.') THEN ${name}
    WHEN NOT starts_with(${name}, 'www.www.') THEN substring(${name}, 5)
    ELSE regexp_replace(${name}, '^(www\\.)+', '') END`;

/** The addresses that were found, by what was asked. */
export const resolvedSql = `SELECT asked, address FROM ${namedAddresses}`;

/** How many rows of a reply or a name are as wide as one host row: replies weigh as much as the hosts they become. */
const hostWeight = 4;

/**
 * SQL: the address of every row that a range holds most of, replies and names, with what it weighs. One reply a version makes a host.
 * @param drawn SQL of the condition that an address, or a name with all its addresses, is in a sample
 */
export function keysSql(versions: number, drawn: (by: string) => string): string {
  const reply = Math.ceil(hostWeight / versions);
  return `
    SELECT address AS key, ${reply} AS weight FROM scan WHERE ${drawn('address')}
    UNION ALL SELECT address, 1 FROM confirm WHERE ${drawn('address')}
    UNION ALL SELECT unnest(addresses), 1 FROM resolve WHERE ${drawn('name')}`;
}
