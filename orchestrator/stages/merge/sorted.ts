/** Names and the addresses that they resolved to: the one place where the two are joined. `asked` is the name with www. where it was doubled. */
export const namedAddresses = '(SELECT name AS asked, unnest(addresses) AS address FROM resolve)';

/**
 * What else a host row is put together from, each sorted by address. Sorting spills to disk, gathering rows into lists does not: the
 * tables are written sorted once, and then read in slices of addresses that fit into memory however long the list is.
 */
export const sortedTables: Readonly<Record<string, string>> = {
  named: `
    SELECT r.address, t.name, t.rank, t.www
    FROM ${namedAddresses} r
    JOIN targets t ON t.target = r.asked AND t.kind = 'name'
    ORDER BY r.address`,
  connections: 'SELECT * FROM handshake ORDER BY address, port',
  announcements: `
    SELECT h.address, h.port, u.a.address AS announced, u.a.port AS announced_port, u.a.scope AS scope, u.a.hmac AS hmac, asn.asn
    FROM handshake h, unnest(h.announced) AS u(a)
    LEFT JOIN asn ON asn.address = u.a.address
    ORDER BY h.address, h.port`,
  origins: 'SELECT address, asn, prefix, as_name, failure FROM asn ORDER BY address',
  registrations: 'SELECT address, country, as_name, failure FROM whois ORDER BY address',
  places: 'SELECT * FROM geo ORDER BY address',
  fingerprints: 'SELECT * FROM os ORDER BY address',
  paths: 'SELECT address, ping_rtt_us, failure FROM path ORDER BY address',
};

/**
 * First address of every slice after the first, in order: no slice holds many more than `size` rows of replies or of names, unless one
 * address alone has them.
 */
export function bordersSql(size: number): string {
  const every = (table: string) =>
    `SELECT address FROM (SELECT address, row_number() OVER () AS row FROM ${table}) WHERE row % ${size} = 0`;
  return `SELECT DISTINCT address FROM (${every('replies')} UNION ALL ${every('named')}) ORDER BY address`;
}
