import { handshakeEvidenceFields } from '../../evidence/plain.ts';

/** Names and the addresses that they resolved to: the one place where the two are joined. `asked` is the name with www. where it was doubled. */
export const namedAddresses = '(SELECT name AS asked, unnest(addresses) AS address FROM resolve)';

const ofConnection = [
  ...new Set([...handshakeEvidenceFields, 'connected', 'fallback', 'fallback_missing', 'mp_fail_sent', 'failure']),
];

const announcedAddresses = '(SELECT DISTINCT u.a.address AS address FROM handshake h, unnest(h.announced) AS u(a))';

/** Of the announced addresses, few as they are, those that a name of the list led to: the addresses of all names only pass by. */
const announcedAndResolved = `(SELECT DISTINCT address FROM ${namedAddresses} SEMI JOIN ${announcedAddresses} USING (address))`;

/** What else a host row is put together from, beside the names. Each is dealt out by address, and read range by range. */
export const hostTables: Readonly<Record<string, string>> = {
  connections: `SELECT address, port, ${ofConnection.join(', ')} FROM handshake`,
  announcements: `
    SELECT h.address, h.port, u.a.address AS announced, u.a.port AS announced_port, u.a.scope AS scope, u.a.hmac AS hmac, asn.asn,
      CASE WHEN EXISTS (FROM resolve) THEN r.address IS NOT NULL END AS resolved
    FROM handshake h, unnest(h.announced) AS u(a)
    LEFT JOIN asn ON asn.address = u.a.address
    LEFT JOIN ${announcedAndResolved} r ON r.address = u.a.address`,
  origins: 'SELECT address, asn, prefix, as_name, failure FROM asn',
  registrations: 'SELECT address, country, as_name, failure FROM whois',
  places: 'SELECT address, country, city, latitude, longitude, failure FROM geo',
  fingerprints: 'SELECT address, candidates, failure FROM os',
  paths: 'SELECT address, ping_rtt_us, failure FROM path',
};

/** SQL: the rank that the study goes by, of a row of targets: that of its first list. Records of before there were several have no number. */
export const rankOfRun = 'CASE WHEN coalesce(list, 1) = 1 THEN rank END';

/** Names as they were asked, and as the list has them; and the addresses that were found. Both are dealt out by `asked`, then joined. */
export const askedSql = `SELECT target AS asked, name, ${rankOfRun} AS rank, www FROM targets WHERE kind = 'name'`;
export const resolvedSql = `SELECT asked, address FROM ${namedAddresses}`;

export function namedSql(asked: string, resolved: string): string {
  return `SELECT address, name, rank, www FROM ${resolved} JOIN ${asked} USING (asked)`;
}

/** A host row is as wide as so many rows of a reply or a name: replies weigh as much as the hosts that they make. */
const hostWeight = 4;

/** SQL: the address of every row that a range holds most of, replies and names, with what it weighs. One reply a version makes a host. */
export function keysSql(versions: number): string {
  const reply = Math.ceil(hostWeight / versions);
  return `
    SELECT address AS key, ${reply} AS weight FROM scan
    UNION ALL SELECT address, 1 FROM ${namedAddresses}`;
}
