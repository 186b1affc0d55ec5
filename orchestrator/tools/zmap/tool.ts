import { join } from 'node:path';
import { canonicalAddress, formatPrefix, parsePrefix } from '../../address/ip.ts';
import { shardPrefixes } from '../../address/shards.ts';
import type { Config } from '../../config/config.ts';
import { isPurged, rawExists } from '../../core/folder/raw-files.ts';
import type { DecodeContext, RawRow, Tool } from '../../core/tool.ts';
import type { ScanTarget } from '../../roles.ts';
import type { Missing } from '../../schemas/lists.ts';
import type { ScanRecord } from '../../schemas/records/scan.ts';
import { passName, runFiles, type ZmapRun } from './command.ts';
import { scanCost } from './cost.ts';
import { zmapFacts } from './facts.ts';
import { scanFields } from './fields.ts';
import { zmapLeftOut } from './left-out.ts';
import { requireAllReplies } from './metadata.ts';
import { dropsOptOuts, flavours, modules, zmapProgram } from './program.ts';
import { notAsked, replyFields, spelled, ZmapRaw } from './raw.ts';
import { requireIpv6, runZmap } from './run.ts';
import { ofGroup, targetFiles } from './targets.ts';

/** A question to the targets of one group and family. */
interface Asking {
  family: 4 | 6;
  port: number;
  probe: string;
  group?: string;
}

/** One zmap that asks one question at one port. */
export function probeRun({ family, port, probe, group = '' }: Asking): ZmapRun {
  return {
    name: `${port}-${probe}${family === 6 ? '-ipv6' : ''}`,
    family,
    group,
    args: (_, flavour, targets) => {
      const listed = family === 6 && flavour === flavours.plugin;
      const again = targets.pass === 1 ? [] : [`attempt=${targets.pass}`];
      // By its name alone: a comma in the path of the run would end the argument, and a long one would not fit.
      const list = listed ? [`list=${ofGroup(group, targetFiles[6].list)}`] : [];
      const some = listed && targets.pass > 1 ? [`walk=${targets.addresses}`] : [];
      const probeArgs = [probe, ...again, ...list, ...some].join(',');
      return ['-M', modules[family], `--probe-args=${probeArgs}`, '-p', String(port)];
    },
    fields: scanFields,
    probes: 1,
  };
}

/** One zmap per family, port and version: it knows one port per run, and each version's denominator is its own. */
function runsOf({ scan }: Config): ZmapRun[] {
  return ([4, 6] as const).flatMap((family) =>
    scan.versions.flatMap((version) => scan.ports.map((port) => probeRun({ family, port, probe: `v${version}` }))),
  );
}

/** A shard as the prefixes that it holds: the same addresses whatever is blocked among them. */
function* targetsOf({ target, shard }: ScanTarget): Generator<string> {
  const prefix = shard === undefined ? null : parsePrefix(target);
  if (prefix === null || shard === undefined) yield target;
  else for (const piece of shardPrefixes(prefix, shard)) yield formatPrefix(piece);
}

type Decode = DecodeContext<unknown, Config>;

/** Every reply of one pass as it came, repeats among them: core drops those, and what differs is evidence. */
async function* replies(context: Decode, name: string): AsyncGenerator<Iterable<RawRow>> {
  let read = 0;
  function* unpurged(rows: Iterable<RawRow>): Generator<RawRow> {
    for (const row of rows) {
      read += 1;
      if (!isPurged(row)) yield row;
    }
  }
  for await (const rows of context.rawRows(runFiles.replies(name), spelled)) yield unpurged(rows);
  await requireAllReplies(context.folder, name, read);
}

/** The passes of a run, whatever the configuration says now: it may ask for fewer than when the part was measured. */
export async function* allReplies(context: Decode, run: string): AsyncGenerator<Iterable<RawRow>> {
  yield* replies(context, run);
  for (let pass = 2; await hasRun(context.folder, passName(run, pass)); pass += 1)
    yield* replies(context, passName(run, pass));
}

async function hasRun(folder: string, name: string): Promise<boolean> {
  return (
    (await rawExists(join(folder, runFiles.replies(name)))) || (await rawExists(join(folder, runFiles.metadata(name))))
  );
}

function words(list: string | null): string[] {
  return list === null || list === '' ? [] : list.split(',');
}

/** The second written last: thousands of replies arrive in one. */
let lastSecond = { seconds: Number.NaN, text: '' };

/** Arrival in UTC with the capture's microseconds. */
function arrival(seconds: number, microseconds: number): string {
  if (seconds !== lastSecond.seconds)
    lastSecond = { seconds, text: new Date(seconds * 1000).toISOString().slice(0, 19) };
  return `${lastSecond.text}.${String(microseconds).padStart(6, '0')}Z`;
}

/** Why there are no quoted options. Replies that were written with chosen fields alone may lack this one. */
function quoteMissing({ icmp_type, icmp_quoted_options }: ZmapRaw): Missing | null {
  if (icmp_type === null) return 'not_applicable';
  if (icmp_quoted_options === notAsked) return 'not_measured';
  return icmp_quoted_options === null ? 'not_returned' : null;
}

/** zmap with our probe module, loaded or built in (zmap-module/README.md): IPv4 addresses and prefixes, IPv6 addresses. */
export const zmap: Tool<ScanTarget, ZmapRaw, ScanRecord, Config> = {
  name: 'zmap',

  screensPrefixes: true,

  partsAtOnce: 3,

  programs: [zmapProgram],

  takesOptOuts: dropsOptOuts,

  check(config, runsAs) {
    if (config.resolve.families.includes(6) && 'list' in config.targets) requireIpv6(runsAs(zmapProgram));
  },

  async collect(context) {
    async function* targets(): AsyncGenerator<string> {
      for await (const row of context.rows()) yield* targetsOf(row);
    }
    const { retries } = context.config.scan;
    await runZmap(context, [{ group: '', targets: targets() }], runsOf(context.config), { retries });
  },

  async *decode(context) {
    const sent = new Set<number>();
    for await (const rows of context.batches()) for (const { target } of rows) sent.add(target.includes(':') ? 6 : 4);
    for (const { name, family } of runsOf(context.config)) {
      if (sent.has(family)) yield* allReplies(context, name);
    }
  },

  raw: ZmapRaw,

  fields: Object.keys(replyFields),

  toRecord(raw) {
    return {
      address: canonicalAddress(raw.target) ?? raw.target,
      port: raw.sport,
      probe: raw.probe,
      pass: raw.probe_num + 1,
      source_port: raw.dport,
      seq: raw.seq,
      ack: raw.ack,
      classification: raw.classification,
      sent_version: raw.sent_version,
      sent_flags: raw.sent_flags,
      sent_key: raw.sent_key,
      sent_option: raw.sent_option,
      sent_seq: raw.sent_seq,
      sent_tsval: raw.sent_tsval,
      sent_window: raw.sent_window,
      sent_ip_id: raw.sent_ip_id,
      sent_options_order: raw.sent_options_order,
      option: raw.mptcp_option,
      options_mptcp: words(raw.mptcp_options),
      version: raw.mptcp_version,
      flags: raw.mptcp_flags,
      sender_key: raw.mptcp_key,
      faults: words(raw.faults),
      tcp_options: raw.tcp_options,
      options_order: raw.options_order,
      tcp_flags: raw.tcp_flags,
      window: raw.window,
      ttl: raw.ttl,
      ip_id: raw.ip_id ?? raw.ipid,
      ip_df: raw.ip_df === null ? null : Boolean(raw.ip_df),
      ip_tos: raw.ip_tos,
      rtt_us: raw.rtt_us,
      rtt_us_missing: raw.rtt_missing,
      rtt_source: raw.rtt_source,
      icmp_type: raw.icmp_type,
      icmp_code: raw.icmp_code,
      icmp_hop: raw.icmp_hop && (canonicalAddress(raw.icmp_hop) ?? raw.icmp_hop),
      icmp_quoted_option: raw.icmp_quoted_option,
      icmp_quoted_options: raw.icmp_quoted_options === notAsked ? null : raw.icmp_quoted_options,
      icmp_quoted_options_missing: quoteMissing(raw),
      received_at: arrival(raw.timestamp_ts, raw.timestamp_us),
    };
  },

  facts: zmapFacts,

  leftOut: zmapLeftOut,

  cost: scanCost,
};
