import { Way } from '../../../schemas/records/hosts.ts';
import { missing, type Others, type Setting, typed, unless } from './setting.ts';

/** SQL of the columns that most hosts have nothing in, since few are asked for them, over the tables that askedSql joins. */
export function askedColumns({ leftOut }: Setting): Readonly<Record<string, string>> {
  const notConnected = missing('handshake', 'h', leftOut);
  return {
    announced: 'CASE WHEN h.address IS NOT NULL THEN coalesce(n.announced, []) END',
    announced_missing: unless('h.address', notConnected),
    connected: 'h.connected',
    connected_missing: unless('h.connected', notConnected),
    held_to_end: 'h.hold_held',
    held_to_end_missing: unless('h.hold_held', notConnected),
    fallback: 'h.fallback',
    fallback_missing: unless('h.fallback', `coalesce(h.fallback_missing, ${notConnected})`),
    mp_fail: 'h.mp_fail_sent',
    mp_fail_missing: unless('h.mp_fail_sent', notConnected),
    as_name: 'w.as_name',
    as_name_missing: missing('whois', 'w', leftOut),
    registry_country: 'w.country',
    registry_country_missing: unless('w.country', missing('whois', 'w', leftOut)),
    os: 'CASE WHEN o.failure IS NULL THEN [{name: c.name, accuracy: c.accuracy, family: c.family, vendor: c.vendor} FOR c IN o.candidates] END',
    os_missing: unless('CASE WHEN o.failure IS NULL THEN o.address END', missing('os', 'o', leftOut)),
    control: 'k.control',
    ping_rtt_us: 'p.ping_rtt_us',
    ping_rtt_us_missing: unless('p.ping_rtt_us', missing('path', 'p', leftOut)),
    pairs: 'p.pairs',
    pair_ratio: 'p.pair_ratio',
    pair_gap_us: 'p.pair_gap_us',
    nearer: 'p.nearer',
    path_control: 'p.control',
    ways: 'y.ways',
    ways_missing: unless('y.ways', leftOut.has('hops') ? "'not_measured'" : "'not_applicable'"),
  };
}

/** The stage whose leaving out says why a host that was not asked for a column has nothing in it. */
const askedBy: Readonly<Record<string, string>> = {
  announced_missing: 'handshake',
  connected_missing: 'handshake',
  held_to_end_missing: 'handshake',
  fallback_missing: 'handshake',
  mp_fail_missing: 'handshake',
  as_name_missing: 'whois',
  registry_country_missing: 'whois',
  os_missing: 'os',
  ping_rtt_us_missing: 'path',
  ways_missing: 'hops',
};

const wayFields = Object.keys(Way.shape);

/** What a column of askedSql has of a host that was not asked. */
export function unasked(column: string, { leftOut }: Setting): string | null {
  const stage = askedBy[column];
  if (stage === undefined) return null;
  return leftOut.has(stage) ? 'not_measured' : 'not_applicable';
}

/** SQL of a column of askedSql, for a row of hostsSql, from its `known`. */
export function askedColumn(column: string, setting: Setting): string {
  const word = unasked(column, setting);
  return word === null ? `r.k."${column}"` : `CASE WHEN r.known IS NULL THEN '${word}' ELSE r.k."${column}" END`;
}

/** What few hosts are asked for; what they announced is of those that were connected. */
export const askedOf = ['connections', 'registrations', 'fingerprints', 'paths', 'controls', 'ways'];

/**
 * Hosts that were asked for more than all are, with what is known of each as a list of one struct, in order.
 * @param hosts SQL of all hosts of some ranges
 * @param others what those ranges have of the tables of tables.ts
 */
export function askedSql(setting: Setting, hosts: string, others: Others): string {
  const of = (table: string) => others.get(table);
  const known = typed(askedColumns(setting)).map(({ column, value }) => `"${column}" := ${value}`);
  return `
  WITH announced AS (
    SELECT address, port, list({
      address: announced, port: announced_port, scope: scope, hmac: hmac, asn: asn, resolved: resolved,
      country: country, latitude: latitude, longitude: longitude,
      joined: joined, joined_missing: joined_missing, join_failure: join_failure, join_reset_reason: join_reset_reason
    } ORDER BY announced, announced_port, hmac) AS announced
    FROM ${of('announcements')} GROUP BY address, port
  ), swept AS (
    SELECT address, port, list(struct_pack(${wayFields.map((name) => `${name} := ${name}`).join(', ')}) ORDER BY probe DESC, drawn_as) AS ways
    FROM ${of('ways')} GROUP BY address, port
  ), asked AS (${askedOf.map((table) => `SELECT address FROM ${of(table)}`).join(' UNION ALL ')})
  SELECT address, port, [struct_pack(${known.join(', ')})] AS known
  FROM (SELECT address, port FROM ${hosts} SEMI JOIN asked USING (address))
  LEFT JOIN ${of('connections')} h USING (address, port)
  LEFT JOIN announced n USING (address, port)
  LEFT JOIN ${of('registrations')} w USING (address)
  LEFT JOIN ${of('fingerprints')} o USING (address)
  LEFT JOIN ${of('paths')} p USING (address)
  LEFT JOIN ${of('controls')} k USING (address, port)
  LEFT JOIN swept y USING (address, port)
  ORDER BY address, port`;
}
