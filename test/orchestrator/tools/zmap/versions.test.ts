import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { Config } from '../../../../orchestrator/config/config.ts';
import { lineParser } from '../../../../orchestrator/core/part/parse-line.ts';
import { Reject } from '../../../../orchestrator/core/tool.ts';
import { judgeReplies } from '../../../../orchestrator/evidence/judge.ts';
import { ScanRecord } from '../../../../orchestrator/schemas/records/scan.ts';
import { findTool } from '../../../../orchestrator/tools/finder.ts';
import { ZmapMetadata } from '../../../../orchestrator/tools/zmap/raw.ts';

const test = suite('zmap: the lines of 2.1.1, 4.3.4, main and ZMapv6');
const parse = lineParser(findTool('syn_prober', 'zmap'), ScanRecord, Config.parse({ targets: { addresses: '-' } }));
const Line = z.record(z.string(), z.unknown());

const read = (name: string) =>
  readFileSync(new URL(`../../../fixtures/zmap/versions/${name}`, import.meta.url), 'utf8');
const linesOf = (name: string) => read(`${name}.ndjson`).split('\n').filter(Boolean);

function recordOf(line: string): ScanRecord {
  const record = parse(line);
  if (record instanceof Reject) throw new Error(`${record.reason}: ${line}`);
  return record;
}

/** What does not depend on when, with which numbers and from which machine a SYN was sent. */
function stable(record: ScanRecord) {
  const { address, port, probe, classification, sent_version, sent_flags, version, flags, faults, options_order } =
    record;
  const { tcp_flags, window, ip_df, ip_tos, sent_options_order, icmp_type, icmp_code, icmp_hop, rtt_source } = record;
  const { rtt_us_missing, icmp_quoted_options_missing, sent_key, option, options_mptcp, sender_key } = record;
  const lengths = [sent_key, option, sender_key, ...options_mptcp].map((hex) => hex?.length ?? null);
  const said = { classification, sent_version, sent_flags, version, flags, faults, options_order, tcp_flags, window };
  const packet = { ip_df, ip_tos, sent_options_order, icmp_type, icmp_code, icmp_hop };
  const missing = { rtt_us_missing, icmp_quoted_options_missing, rtt_source };
  return { unit: `${address} ${port} ${probe}`, ...said, ...packet, ...missing, lengths };
}

function inOrder(lines: string[]) {
  return lines.map((line) => stable(recordOf(line))).sort((a, b) => (a.unit < b.unit ? -1 : 1));
}

async function verdicts(lines: string[]): Promise<string[]> {
  const rejected: string[] = [];
  const judged: string[] = [];
  async function* given(): AsyncGenerator<string> {
    yield* lines;
  }
  for await (const record of judgeReplies(given(), parse, (_, why) => rejected.push(why))) {
    judged.push(JSON.stringify(record));
  }
  assert.equal(rejected, []);
  return judged.sort();
}

const pairs: [name: string, stock: string][] = [
  ['4.3.4', '2.1.1'],
  ['main', '2.1.1'],
  ['zmapv6', '2.1.1'],
  ['zmapv6-ipv6', '2.1.1-ipv6'],
];
for (const [name, stock] of pairs) {
  test(`${name} prints of the same hosts what ${stock} prints, each field as a value or as null`, () => {
    const own = inOrder(linesOf(name));
    assert.ok(own.length >= 13);
    assert.equal(own, inOrder(linesOf(stock)));
  });

  test(`the verdicts of ${name} are those of ${stock}`, async () => {
    const own = await verdicts(linesOf(name));
    assert.ok(own.length >= 5);
    assert.equal(own, await verdicts(linesOf(stock)));
  });
}

test('metadata of every release say the same of the same scan', () => {
  const rows = ['2.1.1', '4.3.4', 'main'].map((name) => ZmapMetadata.parse(JSON.parse(read(`${name}-metadata.json`))));
  const scan = {
    allowed: 64,
    sent: 64,
    watched: false,
    opted_out: 0,
    opted_out_packets: 0,
    send_failures: 0,
    received: 64,
    dropped: 0,
    replies: 64,
  };
  assert.equal(rows, [scan, scan, scan]);
  // ZMapv6 never sends to the first target
  const v6 = ZmapMetadata.parse(JSON.parse(read('zmapv6-metadata.json')));
  assert.equal(v6, { ...scan, received: 63, replies: 63 });
});

test('numbers that went through 32 bits are read as they were meant', () => {
  const metadata = { ...JSON.parse(read('2.1.1-metadata.json')), total_sent: -1294967296, success_total: -1294967296 };
  const { sent, replies } = ZmapMetadata.parse({ ...metadata, failure_total: 0 });
  assert.equal([sent, replies], [3_000_000_000, 3_000_000_000]);
});

/** A line about each kind of reply, and what it may lack without harm. */
const kinds: [classification: string, probe: string, harmless: RegExp][] = [
  ['mp_capable', 'v0', /^icmp_/],
  ['mp_capable', 'v1', /^(icmp_|sent_key$)/],
  ['synack_no_option', 'v0', /^(icmp_|mptcp_)/],
  ['echoed', 'v1', /^(icmp_|sent_key$|mptcp_(key|version|flags)$)/],
  ['malformed', 'v1', /^(icmp_|sent_key$|mptcp_(key|version|flags)$|rtt_)/],
  ['rst', 'join', /^(icmp_|mptcp_|sent_(key|version|flags)$|rtt_us$)/],
  ['icmp_unreachable', 'v0', /^(window$|tcp_options$|options_order$|mptcp_|icmp_quoted)/],
];
/** Modules of before 2026-11 lack them, or no record is made from them. */
const optional =
  /^(saddr|saddr.raw|daddr|daddr.raw|ipid|success|app_success|repeat|cooldown|timestamp.str|probe_num|dport|seq|ack|tcp_flags|ip_id|ip_df|ip_tos|sent_seq|sent_tsval|sent_window|sent_ip_id|sent_options_order|sent_ttl|mptcp_length|mptcp_subtype|icmp_quoted_options|icmp_quoted_order|rtt_missing|rtt_source)$/;
const always = ['ttl', 'target', 'classification', 'probe', 'sport', 'faults', 'timestamp_us'];

for (const version of ['2.1.1', '4.3.4']) {
  for (const [classification, probe, harmless] of kinds) {
    test(`a line of ${version} (${classification}, ${probe}) that lacks a field is refused by the field's name, or lacks nothing`, () => {
      const line = linesOf(version).find((text) => {
        const row = Line.parse(JSON.parse(text));
        return row.classification === classification && row.probe === probe;
      });
      const row = Line.parse(JSON.parse(line ?? '{}'));
      recordOf(line ?? '');
      const refused: string[] = [];
      for (const field of Object.keys(row)) {
        if (optional.test(field) || (version !== '2.1.1' && harmless.test(field)) || field === 'timestamp_ts') continue;
        const made = parse(JSON.stringify({ ...row, [field]: undefined }));
        assert.instance(made, Reject, `${field} was not missed`);
        const name = field.replaceAll('-', '_');
        assert.match(made instanceof Reject ? made.reason : '', new RegExp(`^schema: ${name}: (missing|no value)`));
        refused.push(name);
      }
      for (const field of always) assert.ok(refused.includes(field), field);
    });
  }
}

test('without the time of arrival a line is refused, whichever zmap printed it', () => {
  for (const version of ['2.1.1', '4.3.4']) {
    const { 'timestamp-ts': _, timestamp_ts: __, ...row } = Line.parse(JSON.parse(linesOf(version)[0] ?? ''));
    const made = parse(JSON.stringify(row));
    assert.match(made instanceof Reject ? made.reason : '', /^schema: \w+: missing/);
  }
});

test.run();
