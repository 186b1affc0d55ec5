import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { batches, openDatabase, runSql } from '../../../orchestrator/core/database/duckdb.ts';
import { type ShareTable, sharedTables } from '../../../orchestrator/core/database/shared-tables.ts';
import { viewSql } from '../../../orchestrator/core/database/sql.ts';
import { AsnRecord } from '../../../orchestrator/schemas/records/asn.ts';
import { GeoRecord } from '../../../orchestrator/schemas/records/geo.ts';
import { HandshakeRecord } from '../../../orchestrator/schemas/records/handshake.ts';
import { HopsRecord } from '../../../orchestrator/schemas/records/hops.ts';
import { HostsRecord } from '../../../orchestrator/schemas/records/hosts.ts';
import { OsRecord } from '../../../orchestrator/schemas/records/os.ts';
import { PathRecord } from '../../../orchestrator/schemas/records/path.ts';
import { ResolveRecord } from '../../../orchestrator/schemas/records/resolve.ts';
import { ScanRecord } from '../../../orchestrator/schemas/records/scan.ts';
import { TargetsRecord } from '../../../orchestrator/schemas/records/targets.ts';
import { WhoisRecord } from '../../../orchestrator/schemas/records/whois.ts';

/** What merge reads, by the name of its view. */
export const readByMerge = {
  targets: TargetsRecord,
  resolve: ResolveRecord,
  scan: ScanRecord,
  confirm: ScanRecord,
  handshake: HandshakeRecord,
  asn: AsnRecord,
  whois: WhoisRecord,
  geo: GeoRecord,
  os: OsRecord,
  path: PathRecord,
  hops: HopsRecord,
  rescan: ScanRecord,
};
const schemas = { ...readByMerge, hosts: HostsRecord };
export type Records = { [K in keyof typeof schemas]?: z.infer<(typeof schemas)[K]>[] };

/** Hand-written records as the views that a stage queries: those named and no other, so that a stage must name all it reads. */
export async function withViews<T>(
  records: Records,
  names: readonly string[],
  work: (query: (sql: string) => AsyncIterable<unknown[]>, shareTable: ShareTable) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'views-'));
  const database = await openDatabase({ temp: join(folder, 'temp') });
  try {
    for (const [name, schema] of Object.entries(schemas)) {
      if (!names.includes(name)) continue;
      const given = new Map<string, unknown[]>(Object.entries(records)).get(name) ?? [];
      const file = join(folder, `${name}.ndjson`);
      writeFileSync(file, given.map((record) => `${JSON.stringify(schema.parse(record))}\n`).join(''));
      await runSql(database, viewSql(name, given.length === 0 ? [] : [file], schema));
    }
    const shareTable = sharedTables(join(folder, 'temp'), (sql) => runSql(database, sql));
    return await work((sql) => batches(database, sql), shareTable);
  } finally {
    database.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A list entry, or its www double. */
export function target(name: string, rank: number | null, www = false): TargetsRecord {
  return { list: 1, line: rank ?? 1, kind: 'name', target: www ? `www.${name}` : name, name, rank, www };
}

export function resolved(name: string, addresses: string[]): ResolveRecord {
  const failure = addresses.length > 0 ? null : 'no_data';
  const status = failure === null ? 'ok' : 'nodata';
  return { name, type: 'A', addresses, chain: [], status, ttl: 300, answered_at: '2026-11-22T10:00:00.000Z', failure };
}

/** A SYN/ACK with these MPTCP options. */
export function scanned(address: string, options_mptcp: string[], more: Partial<ScanRecord> = {}): ScanRecord {
  return {
    address,
    port: 80,
    probe: 'v1',
    pass: 1,
    classification: options_mptcp.length > 0 ? 'mp_capable' : 'synack_no_option',
    source_port: null,
    seq: null,
    ack: null,
    tcp_flags: null,
    sent_seq: null,
    sent_tsval: null,
    sent_window: null,
    sent_ip_id: null,
    sent_options_order: null,
    ip_id: null,
    ip_df: null,
    ip_tos: null,
    sent_version: 1,
    sent_flags: '01',
    sent_key: null,
    sent_option: '1e040101',
    option: options_mptcp[0] ?? null,
    options_mptcp,
    version: options_mptcp.length > 0 ? 1 : null,
    flags: options_mptcp.length > 0 ? '01' : null,
    sender_key: null,
    faults: [],
    tcp_options: null,
    options_order: null,
    window: 65_535,
    ttl: 60,
    rtt_us: 212,
    rtt_us_missing: null,
    rtt_source: 'tsecr',
    icmp_type: null,
    icmp_code: null,
    icmp_hop: null,
    icmp_quoted_option: null,
    icmp_quoted_options: null,
    icmp_quoted_options_missing: 'not_applicable',
    received_at: '2026-01-01T00:00:00.000000Z',
    ...more,
  };
}

/** A connection in MPTCP v1 that announced these addresses. */
export function connected(
  address: string,
  announced: Pick<HandshakeRecord['announced'][number], 'address' | 'scope'>[],
  more: Partial<HandshakeRecord> = {},
): HandshakeRecord {
  return {
    address,
    port: 80,
    host: null,
    connected: true,
    http_status: 200,
    http_status_missing: null,
    http_status_on: 'page',
    syn_option: '1e040101',
    syn_timestamps: false,
    version: 1,
    synack_option: null,
    sender_key: null,
    receiver_key: null,
    mptcp_data: true,
    fallback: false,
    fallback_missing: null,
    fallback_on: [],
    announced: announced.map((one, index) => ({
      address_id: index + 1,
      port: null,
      hmac: 'valid',
      hmac_form: 'rightmost64',
      count: 1,
      joined: null,
      joined_missing: 'not_asked' as const,
      join_failure: null,
      join_reset_reason: null,
      seen_on: ['held' as const],
      ...one,
    })),
    mp_join_sent: 0,
    mp_join_accepted: 0,
    mp_join_verified: 0,
    mp_fail_sent: 0,
    mp_fail_received: 0,
    mp_join_received: 0,
    mp_fastclose_sent: 0,
    mp_fastclose_received: 0,
    rst_sent: 0,
    rst_received: 0,
    mp_tcprst_reasons: [],
    mp_tcprst_sent_reasons: [],
    held_ms: 5000,
    hold_held: true,
    held: null,
    failure: null,
    ...more,
  };
}
