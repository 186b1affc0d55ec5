import { z } from 'zod';
import type { PrefixSet } from '../../address/prefix-set.ts';
import { scopeOf } from '../../address/scope.ts';
import type { Config } from '../../config/config.ts';
import { judgeHost } from '../../evidence/verdict.ts';
import type { Missing } from '../../schemas/lists.ts';
import { AsnRecord } from '../../schemas/records/asn.ts';
import { GeoRecord } from '../../schemas/records/geo.ts';
import { HandshakeRecord } from '../../schemas/records/handshake.ts';
import { HostsRecord, type Verdict } from '../../schemas/records/hosts.ts';
import { OsRecord } from '../../schemas/records/os.ts';
import { PathRecord } from '../../schemas/records/path.ts';
import { ScanRecord } from '../../schemas/records/scan.ts';
import { WhoisRecord } from '../../schemas/records/whois.ts';

/** A row of hostsSql: the records of one address and port side by side; null where a stage has none. */
export const MergeRow = z.strictObject({
  address: z.string(),
  port: z.int(),
  scans: z.array(ScanRecord),
  syn_rtt_us: z.number().nullable(),
  domains: HostsRecord.shape.domains.nullable(),
  handshake: HandshakeRecord.nullable(),
  announced: HostsRecord.shape.announced,
  asn: AsnRecord.nullable(),
  whois: WhoisRecord.nullable(),
  geo: GeoRecord.nullable(),
  os: OsRecord.nullable(),
  path: PathRecord.nullable(),
});
export type MergeRow = z.infer<typeof MergeRow>;

/** Stages that a run left out: their fields are not_measured. */
export type LeftOut = ReadonlySet<string>;

/** Why a value of a stage is null: the stage did not run, did not ask for this address, asked in vain, or the record has no such value. */
function missing(stage: string, record: { failure: Missing | null } | null, leftOut: LeftOut): Missing {
  if (leftOut.has(stage)) return 'not_measured';
  if (record === null) return 'not_applicable';
  return record.failure ?? 'no_data';
}

/** null, or why the value is null. */
function unless<T>(value: T | null | undefined, reason: Missing): Missing | null {
  return value === null || value === undefined ? reason : null;
}

interface Judging {
  config: Config;
  /** lab_ranges, declared global by a lab run. */
  lab: PrefixSet;
  sharedTraces: ReadonlySet<string>;
  leftOut: LeftOut;
}

function judge(row: MergeRow, version: 0 | 1, { config, lab, sharedTraces }: Judging): Verdict | null {
  if (!config.scan.versions.includes(version)) return null;
  return judgeHost({
    version,
    scans: row.scans,
    handshake: row.handshake,
    sharedTraces,
    scope: scopeOf(row.address, lab),
  });
}

/** Verdicts and the rest of what is known, as the host record has it. */
export function mergeRow(row: MergeRow, judging: Judging): HostsRecord {
  const { handshake, asn, whois, geo, os, path } = row;
  const { leftOut } = judging;
  const v1 = judge(row, 1, judging);
  const v0 = judge(row, 0, judging);
  const announced = handshake === null ? null : (row.announced ?? []);
  const connected = handshake?.connected ?? null;
  const fallback = handshake?.fallback ?? null;
  const mp_fail = handshake?.mp_fail_sent ?? null;
  const as_name = whois?.as_name ?? asn?.as_name ?? null;
  const osList =
    os === null || os.failure !== null ? null : os.candidates.map(({ name, accuracy }) => ({ name, accuracy }));
  const synMissing = row.scans.find(({ rtt_us_missing }) => rtt_us_missing !== null)?.rtt_us_missing ?? 'no_data';
  const notConnected = missing('handshake', handshake, leftOut);
  return {
    address: row.address,
    port: row.port,
    v1,
    v1_missing: unless(v1, 'not_sent'),
    v0,
    v0_missing: unless(v0, 'not_sent'),
    domains: row.domains ?? [],
    announced,
    announced_missing: unless(announced, notConnected),
    connected,
    connected_missing: unless(connected, notConnected),
    fallback,
    fallback_missing: unless(fallback, handshake?.fallback_missing ?? notConnected),
    mp_fail,
    mp_fail_missing: unless(mp_fail, notConnected),
    asn: asn?.asn ?? null,
    asn_missing: unless(asn?.asn, missing('asn', asn, leftOut)),
    prefix: asn?.prefix ?? null,
    as_name,
    as_name_missing: unless(as_name, missing('whois', whois, leftOut)),
    registry_country: whois?.country ?? null,
    registry_country_missing: unless(whois?.country, missing('whois', whois, leftOut)),
    country: geo?.country ?? null,
    country_missing: unless(geo?.country, missing('geo', geo, leftOut)),
    city: geo?.city ?? null,
    latitude: geo?.latitude ?? null,
    longitude: geo?.longitude ?? null,
    os: osList,
    os_missing: unless(osList, missing('os', os, leftOut)),
    syn_rtt_us: row.syn_rtt_us,
    syn_rtt_us_missing: unless(row.syn_rtt_us, synMissing),
    ping_rtt_us: path?.ping_rtt_us ?? null,
    ping_rtt_us_missing: unless(path?.ping_rtt_us, missing('path', path, leftOut)),
  };
}
