import { Manifest } from '../orchestrator/core/folder/manifest.ts';
import { blocks, totals } from '../orchestrator/release/counts.ts';
import { toldTables } from '../orchestrator/release/told-rows.ts';
import { AsnRecord } from '../orchestrator/schemas/records/asn.ts';
import { Difference } from '../orchestrator/schemas/records/difference.ts';
import { DomainsRecord } from '../orchestrator/schemas/records/domains.ts';
import { GeoRecord } from '../orchestrator/schemas/records/geo.ts';
import { HandshakeRecord } from '../orchestrator/schemas/records/handshake.ts';
import { HistoryAnnouncer } from '../orchestrator/schemas/records/history/announcer.ts';
import { HistoryConstantKey } from '../orchestrator/schemas/records/history/constant-key.ts';
import { History } from '../orchestrator/schemas/records/history/history.ts';
import { HistoryRun } from '../orchestrator/schemas/records/history/run.ts';
import { HistorySeries } from '../orchestrator/schemas/records/history/series.ts';
import { HopsRecord } from '../orchestrator/schemas/records/hops.ts';
import { HostsRecord } from '../orchestrator/schemas/records/hosts.ts';
import { JudgeRecord } from '../orchestrator/schemas/records/judge.ts';
import { OsRecord } from '../orchestrator/schemas/records/os.ts';
import { PathRecord } from '../orchestrator/schemas/records/path.ts';
import { RescannedRecord } from '../orchestrator/schemas/records/rescanned.ts';
import { ResolveRecord } from '../orchestrator/schemas/records/resolve.ts';
import { ScanRecord } from '../orchestrator/schemas/records/scan.ts';
import { TargetsRecord } from '../orchestrator/schemas/records/targets.ts';
import { TrafficCapture } from '../orchestrator/schemas/records/traffic/capture.ts';
import { TrafficClient } from '../orchestrator/schemas/records/traffic/client.ts';
import { TrafficConnection } from '../orchestrator/schemas/records/traffic/connection.ts';
import { TrafficServer } from '../orchestrator/schemas/records/traffic/server.ts';
import { TrafficSubflow } from '../orchestrator/schemas/records/traffic/subflow.ts';
import { WhoisRecord } from '../orchestrator/schemas/records/whois.ts';
import type { Entry } from './schema-fields.ts';

const failed = '`failure` says why';

/** Every record that is written, in the order of the dictionary. */
export const entries: readonly Entry[] = [
  { name: 'targets', file: 'targets/*.parquet', one: 'target from one line of the list', schema: TargetsRecord },
  { name: 'resolve', file: 'resolve/*.parquet', one: 'name and record type queried', schema: ResolveRecord },
  {
    name: 'scan',
    file: 'scan/*.parquet; rescan/*.parquet; confirm/*.parquet',
    one: 'reply to one SYN; silent units have no record and are counted',
    schema: ScanRecord,
    absent: 'this probe or this reply carries none',
  },
  {
    name: 'handshake',
    file: 'handshake/*.parquet',
    one: 'address and port',
    schema: HandshakeRecord,
    absent: `not seen; without a connection ${failed}`,
  },
  { name: 'asn', file: 'asn/*.parquet', one: 'address', schema: AsnRecord, absent: failed },
  {
    name: 'whois',
    file: 'whois/*.parquet',
    one: 'address',
    schema: WhoisRecord,
    absent: `the answer has none; without an answer ${failed}`,
  },
  {
    name: 'geo',
    file: 'geo/*.parquet',
    one: 'address',
    schema: GeoRecord,
    absent: `the database has none; when it has nothing at all ${failed}`,
  },
  { name: 'os', file: 'os/*.parquet', one: 'address', schema: OsRecord, absent: 'the program prints none' },
  {
    name: 'path',
    file: 'path/*.parquet',
    one: 'address',
    schema: PathRecord,
    absent: failed,
    nulls: {
      control: 'it is a candidate',
      pair_ratio: 'no round had both answers',
      pair_gap_us: 'no round had both answers',
    },
  },
  {
    name: 'hops',
    file: 'hops/*.parquet',
    one: 'address, port and probe of a sample',
    schema: HopsRecord,
    absent: `no hop or answer showed it; without any ${failed}`,
    nulls: {
      'hops[].reply_ttl': 'the program does not tell',
      'hops[].rtt_us': 'the quote does not tell which of two SYNs it is of',
    },
  },
  {
    name: 'hosts',
    file: 'hosts.parquet; details.parquet',
    one: 'address and port that answered anything',
    schema: HostsRecord,
    nulls: {
      'domains[].rank': 'the list has none',
      'announced[].port': 'the option has none',
      'announced[].country': 'the geolocation stage has none for it, or was disabled',
      'announced[].latitude': 'the geolocation stage has none for it, or was disabled',
      'announced[].longitude': 'the geolocation stage has none for it, or was disabled',
      pairs: '`ping_rtt_us_missing` says why, or path was not asked for pairs',
      pair_ratio: 'no round had both answers',
      pair_gap_us: 'no round had both answers',
      nearer: 'fewer than 5 pairs, or fewer than 99 plain controls with as many',
      path_control: 'it was no control',
      cause: 'no cause is sure, or there is no echo',
      'ways[].last_intact_ttl': 'no hop showed it',
      'ways[].last_intact_asn': 'the hop or its AS is not known',
      'ways[].first_changed_ttl': 'no hop showed it',
      'ways[].first_changed_asn': 'the hop or its AS is not known',
      'ways[].first_changed_shows': 'no hop showed it',
      'ways[].answered_ttl': 'nothing came',
      'ways[].hop_before_asn': 'the hop or its AS is not known',
      'ways[].echo_expired_ttl': 'none expired on its way',
      'ways[].cause': 'no cause is sure, or the option is there',
      prefix: '`asn_missing` says why',
      city: '`country_missing` says why, or the database has none',
      latitude: '`country_missing` says why, or the database has none',
      longitude: '`country_missing` says why, or the database has none',
    },
  },
  {
    name: 'rescanned',
    file: 'rescanned.parquet',
    one: 'address, port and version that two scans asked and that answered one of them',
    schema: RescannedRecord,
    nulls: { first_at: 'it did not answer the scan', second_at: 'it did not answer the rescan' },
  },
  {
    name: 'domains',
    file: 'domains.parquet',
    one: 'list entry, together with its www variant',
    schema: DomainsRecord,
    absent: 'the list has none',
  },
  { name: 'judge', file: 'stdout of mptcp-census judge', one: 'address, port and version', schema: JudgeRecord },
  {
    name: 'traffic/connection',
    file: 'stdout of mptcp-census traffic; connections.parquet',
    one: 'MPTCP connection, or offer of one',
    schema: TrafficConnection,
    absent: 'the description says when',
  },
  {
    name: 'traffic/subflow',
    file: 'stdout of mptcp-census traffic; subflows.parquet',
    one: 'TCP stream with an MPTCP option',
    schema: TrafficSubflow,
    absent: 'the description says when',
  },
  {
    name: 'traffic/client',
    file: 'stdout of mptcp-census traffic; clients.parquet',
    one: 'address that offered MPTCP',
    schema: TrafficClient,
  },
  {
    name: 'traffic/server',
    file: 'stdout of mptcp-census traffic; servers.parquet',
    one: 'address and port to which MPTCP was offered',
    schema: TrafficServer,
  },
  {
    name: 'traffic/capture',
    file: 'stdout of mptcp-census traffic; capture.json',
    one: 'reading',
    schema: TrafficCapture,
    absent: 'the description says when',
  },
  {
    name: 'history/history',
    file: 'runs.json of mptcp-census history',
    one: 'series',
    schema: History,
    absent: 'the description says when',
  },
  {
    name: 'history/run',
    file: 'runs.json and runs.parquet of mptcp-census history',
    one: 'run of a series',
    schema: HistoryRun,
  },
  {
    name: 'history/series',
    file: 'series.parquet and series.csv of mptcp-census history',
    one: 'run, version, dimension, key and measure',
    schema: HistorySeries,
  },
  {
    name: 'history/announcer',
    file: 'announcers.parquet of mptcp-census history',
    one: 'address that announced in any run of a series',
    schema: HistoryAnnouncer,
  },
  {
    name: 'history/constant-key',
    file: 'constant-keys.parquet of mptcp-census history',
    one: 'address, port, version and relation',
    schema: HistoryConstantKey,
  },
  {
    name: 'difference',
    file: 'stdout of mptcp-census diff; differences.parquet',
    one: 'endpoint and version whose verdict differs between two runs',
    schema: Difference,
  },
  {
    name: 'manifest',
    file: 'manifest.json',
    one: 'run',
    schema: Manifest,
    nulls: {
      'programs.*.path': 'not found',
      'programs.*.version': 'it prints none that is understood',
      'stages.*.started_at': 'disabled',
      'stages.*.ended_at': 'running, or disabled',
      'stages.*.counts': 'running, or disabled',
      result_sha256: 'merge is not done',
    },
  },
  ...[...Object.values(toldTables), ...totals, ...blocks].map(({ name, one, schema }) => ({
    name: `release/${name.replace('_', '-')}`,
    file: `data/${name}.parquet of mptcp-census release`,
    one,
    schema,
    absent: 'the description says when',
  })),
];
