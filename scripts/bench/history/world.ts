import type { MadeRun } from './run-folder.ts';

/** Hosts of a series: the same ones in every run, of which more are servers as the weeks pass. */
export interface SeriesWorld {
  /** Addresses that answer; one in 33 is IPv6. */
  hosts: number;
  /** Share of them that ever return an MPTCP option: of ten, five mirror it, four are servers from some week on, one keeps its key. */
  mptcp: number;
  /** Weeks over which servers come up. */
  weeks: number;
}

const hex8 = (...of: readonly (string | number)[]) =>
  `lower(printf('%08x', CAST(hash(${of.join(', ')}) % 4294967296 AS BIGINT)))`;
const hex16 = (...of: readonly (string | number)[]) => `${hex8(...of, 1)} || ${hex8(...of, 2)}`;

const address = `CASE WHEN i % 33 = 5 THEN '2001:db8::' || printf('%x', (i >> 16) + 1) || ':' || printf('%x', (i & 65535) + 1)
  ELSE '240.' || (i >> 16) || '.' || ((i >> 8) & 255) || '.' || (i & 255) END`;

/** kind: plain, mirror, server (from its week on) or keeper, a server with one key for ever. */
function hostsSql({ hosts, mptcp, weeks }: SeriesWorld, week: number): string {
  const every = Math.round(1 / mptcp);
  return `(
    SELECT i, ${address} AS address, 80 AS port,
      CASE WHEN i % ${every} <> 3 THEN 'plain' WHEN (i // ${every}) % 10 < 5 THEN 'mirror' WHEN (i // ${every}) % 10 = 9 THEN 'keeper'
        WHEN hash(i, 7) % ${weeks + 1} <= ${week} THEN 'server' ELSE 'plain' END AS kind
    FROM range(${hosts}) t(i)
    WHERE hash(i, 11, ${week}) % 50 > 0)`;
}

function scanSql(world: SeriesWorld, week: number, time: string): string {
  const key = `CASE kind WHEN 'keeper' THEN ${hex16('i', 'ver')} ELSE ${hex16('i', 'ver', week)} END`;
  const option = `CASE WHEN kind IN ('server', 'keeper') AND ver = 1 THEN '1e0c0101' || ${key}
    WHEN kind = 'mirror' THEN CASE WHEN ver = 1 THEN '1e040101' ELSE '1e0c0001' || skey END END`;
  return `
    SELECT *, 40001 + ver AS source_port, ${hex8('i', week, 'ver + 40')} AS seq, ${hex8('i', week, 'ver + 50')} AS ack, ver AS sent_version, '01' AS sent_flags,
      skey AS sent_key, CASE WHEN ver = 1 THEN '1e040101' ELSE '1e0c0001' || skey END AS sent_option, 64240 AS sent_window, 54321 AS sent_ip_id,
      'mss,sackok,ts,nop,ws,mptcp' AS sent_options_order, opt AS option, CASE WHEN opt IS NULL THEN [] ELSE [opt] END AS options_mptcp,
      CASE WHEN opt IS NOT NULL THEN ver END AS version, [] AS faults, '020405b40402080a0000000100000002' || '01030307' || coalesce(opt, '') AS tcp_options,
      'mss,sackok,ts,nop,ws' AS options_order, '12' AS tcp_flags, 65160 AS window, 55 AS ttl, 0 AS ip_id, true AS ip_df, 0 AS ip_tos, 1 AS pass,
      1000.0 + i % 300 AS rtt_us, 'tsecr' AS rtt_source, 'not_applicable' AS icmp_quoted_options_missing, '${time.slice(0, 19)}.000000Z' AS received_at
    FROM (
      SELECT *, CASE WHEN opt IS NULL THEN 'synack_no_option' WHEN kind = 'mirror' THEN 'echoed' ELSE 'mp_capable' END AS classification
      FROM (SELECT *, ${option} AS opt, 'v' || ver AS probe
        FROM (SELECT *, CASE WHEN ver = 0 THEN ${hex16('i', week, 99)} END AS skey FROM ${hostsSql(world, week)}, (VALUES (1), (0)) v(ver)))
    )
    ORDER BY address, port, probe`;
}

const connections = (world: SeriesWorld, week: number) => `
  SELECT address, port, true AS connected, '1e040101' AS syn_option, 1 AS version,
    CASE WHEN kind <> 'mirror' THEN '1e0c0101' || ${hex16('i', week, 900)} END AS synack_option, kind = 'mirror' AS fallback, [] AS fallback_on,
    CASE WHEN kind = 'server' AND i % 7 = 0 THEN [{address_id: 1, address: CASE WHEN i % 2 = 0 THEN '10.1.2.3' ELSE '198.18.9.9' END, port: NULL,
      scope: CASE WHEN i % 2 = 0 THEN 'private' ELSE 'global' END, hmac: 'valid', hmac_form: NULL, count: 1, seen_on: ['held']}] ELSE [] END AS announced,
    0 AS mp_join_sent, 0 AS mp_join_accepted, 0 AS mp_join_verified, CASE WHEN i % 500 = 3 THEN 1 ELSE 0 END AS mp_fail_sent, 0 AS mp_fail_received,
    [] AS mp_tcprst_reasons, true AS hold_held, 5000 AS held_ms
  FROM ${hostsSql(world, week)} WHERE kind <> 'plain' ORDER BY address, port`;

/** The records of the run of one week. */
export function seriesRecords(world: SeriesWorld, week: number, time: string): MadeRun['records'] {
  const hosts = hostsSql(world, week);
  return {
    targets: 'SELECT 1 AS list WHERE false',
    scan: scanSql(world, week, time),
    handshake: connections(world, week),
    asn: `SELECT address, 64500 + i % 3000 AS asn, '240.0.0.0/8' AS prefix, [64500 + i % 3000] AS origins, 'AS-' || (i % 3000) AS as_name FROM ${hosts} ORDER BY address`,
    geo: `SELECT address, chr(CAST(65 + i % 26 AS INTEGER)) || chr(CAST(65 + (i // 26) % 5 AS INTEGER)) AS country FROM ${hosts} ORDER BY address`,
  };
}
