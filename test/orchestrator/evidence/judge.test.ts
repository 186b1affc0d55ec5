// runs: behind
import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../orchestrator/config/config.ts';
import { lineParser } from '../../../orchestrator/core/part/parse-line.ts';
import { Reject } from '../../../orchestrator/core/tool.ts';
import { judgeReplies } from '../../../orchestrator/evidence/judge.ts';
import { JudgeRecord } from '../../../orchestrator/schemas/records/judge.ts';
import { ScanRecord } from '../../../orchestrator/schemas/records/scan.ts';
import { findTool } from '../../../orchestrator/tools/finder.ts';

const mss = '020405b4';

/** A SYN/ACK with these options, as the prober's adapter gives it. */
function reply(address: string, probe: 'v1' | 'v0', mptcp: string[], more: Partial<ScanRecord> = {}): ScanRecord {
  const sent_key = probe === 'v0' ? '1020304050607080' : null;
  return {
    address,
    port: 80,
    probe,
    pass: 1,
    classification: mptcp.length === 0 ? 'synack_no_option' : 'mp_capable',
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
    sent_version: probe === 'v0' ? 0 : 1,
    sent_flags: '01',
    sent_key,
    sent_option: sent_key === null ? '1e040101' : `1e0c0001${sent_key}`,
    option: mptcp[0] ?? null,
    options_mptcp: mptcp,
    version: null,
    flags: null,
    sender_key: null,
    faults: [],
    tcp_options: mss + mptcp.join(''),
    options_order: null,
    window: 64240,
    ttl: 64,
    rtt_us: null,
    rtt_us_missing: 'not_measured',
    rtt_source: null,
    icmp_type: null,
    icmp_code: null,
    icmp_hop: null,
    icmp_quoted_option: null,
    icmp_quoted_options: null,
    icmp_quoted_options_missing: 'not_applicable',
    received_at: '2026-01-01T00:00:00.000Z',
    ...more,
  };
}

function parse(line: string): ScanRecord | Reject {
  if (!line.startsWith('{')) return new Reject('no JSON');
  const parsed = ScanRecord.safeParse(JSON.parse(line));
  return parsed.success ? parsed.data : new Reject('no reply');
}

async function judge(lines: (ScanRecord | string)[]) {
  async function* text() {
    for (const line of lines) yield typeof line === 'string' ? line : JSON.stringify(line);
  }
  const rejects: string[] = [];
  const records: JudgeRecord[] = [];
  for await (const record of judgeReplies(text(), parse, (line, reason) => rejects.push(`${reason}: ${line}`)))
    records.push(JudgeRecord.parse(record));
  const claims = records.map(({ address, port, version, verdict, rules }) =>
    [`${address}:${port}`, `v${version}`, verdict, ...rules].join(' '),
  );
  return { claims, rejects };
}

const key = (index: number) => index.toString(16).padStart(16, 'a');
const test = suite('judge');

test('each address, port and version gets a verdict, replies of one host lying apart', async () => {
  const { claims, rejects } = await judge([
    reply('198.18.0.1', 'v1', [`1e0c0101${key(1)}`]),
    reply('198.18.0.2', 'v1', ['1e040101']),
    reply('198.18.0.1', 'v1', [], { port: 443 }),
    reply('198.18.0.2', 'v0', ['1e0c00011020304050607080']),
    reply('198.18.0.1', 'v0', []),
    reply('2001:db8::1', 'v1', [`1e0c0101${key(2)}`]),
  ]);
  assert.equal(claims, [
    '198.18.0.1:80 v1 capable v1_twelve_bytes key_fresh',
    '198.18.0.1:80 v0 not_offered no_option',
    '198.18.0.2:80 v1 echoed_option echo_in_other_version option_echoed',
    '198.18.0.2:80 v0 echoed_option echo_in_other_version option_echoed',
    '198.18.0.1:443 v1 not_offered no_option',
    '2001:db8::1:80 v1 capable v1_twelve_bytes key_fresh',
  ]);
  assert.equal(rejects, []);
});

test('a key that several targets give is no key, even for the first of them', async () => {
  const { claims } = await judge(
    [1, 2, 3].map((host) => reply(`198.18.0.${host}`, 'v1', [`1e0c0101${key(host === 3 ? 3 : 1)}`])),
  );
  assert.equal(claims, [
    '198.18.0.1:80 v1 echoed_option key_constant',
    '198.18.0.2:80 v1 echoed_option key_constant',
    '198.18.0.3:80 v1 capable v1_twelve_bytes key_fresh',
  ]);
});

test('bad lines are handed over and the rest goes on', async () => {
  const { claims, rejects } = await judge(['zmap: error', '', '{"saddr":1}', reply('198.18.0.1', 'v1', [])]);
  assert.equal(claims, ['198.18.0.1:80 v1 not_offered no_option']);
  assert.equal(rejects, ['no JSON: zmap: error', 'no reply: {"saddr":1}']);
});

test('an option area that cannot be walked is kept, whatever the prober called it', async () => {
  const { claims } = await judge([
    reply('198.18.0.1', 'v1', [], { tcp_options: `${mss}1e00` }),
    reply('198.18.0.2', 'v1', [], { classification: 'rst', tcp_options: '' }),
    reply('198.18.0.3', 'v1', [], { classification: 'icmp_unreachable', tcp_options: null }),
  ]);
  assert.equal(claims, [
    '198.18.0.1:80 v1 malformed option_malformed',
    '198.18.0.2:80 v1 refused rst',
    '198.18.0.3:80 v1 unknown icmp_error',
  ]);
});

test('replies to probes of neither version claim nothing', async () => {
  const plain = { probe: 'plain', sent_version: null, sent_option: null };
  const { claims } = await judge([reply('198.18.0.1', 'v1', [], plain)]);
  assert.equal(claims, []);
});

/** Bytes of live heap; the collector is not exposed to a test unless it asks. */
function liveHeap(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

test('a host that was asked about both versions takes less than a kilobyte', async () => {
  const count = 20_000;
  async function* text() {
    for (let host = 0; host < count; host++) {
      const address = `198.18.${host >> 8}.${host & 255}`;
      yield JSON.stringify(reply(address, 'v1', []));
      yield JSON.stringify(reply(address, 'v0', [], { sent_key: key(host), sent_option: `1e0c0001${key(host)}` }));
    }
  }
  const before = liveHeap();
  let held = 0;
  let records = 0;
  for await (const record of judgeReplies(text(), parse, () => {})) {
    if (records++ === 0) held = liveHeap() - before;
    assert.is(record.verdict, 'not_offered');
  }
  assert.is(records, 2 * count);
  assert.ok(held < 1000 * count, `${held / count} bytes for each host`);
});

const prober = lineParser(findTool('syn_prober', 'zmap'), ScanRecord, Config.parse({ targets: { addresses: '-' } }));

/** 198.18.0.5 is a Linux server; the others are personalities of a responder (test/fixtures/zmap). */
const recorded: [files: string[], address: string, claims: string[]][] = [
  [['v1'], '198.18.0.5', ['v1 capable fresh_key']],
  [['v0'], '198.18.0.5', ['v0 not_offered syn_ack']],
  [['v1', 'port2', 'grease', 'canary', 'join'], '198.18.0.5', ['v1 capable second_opinion']],
  [['v1-v0'], '198.19.2.7', ['v1 capable fresh_key', 'v0 capable fresh_key']],
  [['v1-v0'], '198.19.4.7', ['v1 echoed_option syn_ack', 'v0 echoed_option syn_ack']],
  [['v1', 'canary', 'grease'], '198.19.4.7', ['v1 echoed_option syn_ack']],
  [['v1', 'v0'], '198.19.6.7', ['v1 echoed_option syn_ack', 'v0 echoed_option syn_ack']],
  [['v1', 'v0'], '198.19.26.7', ['v1 refused none', 'v0 refused none']],
  [['v1'], '198.19.28.7', ['v1 unknown none']],
  [['plain'], '198.18.0.5', []],
];

for (const [files, wanted, claims] of recorded) {
  test(`the prober's own output is judged: ${files.join(' and ')} of ${wanted}`, async () => {
    async function* lines() {
      for (const file of files) {
        const url = new URL(`../../fixtures/zmap/${file}.ndjson`, import.meta.url);
        yield* (await readFile(url, 'utf8')).split('\n');
      }
    }
    const rejects: string[] = [];
    const found: string[] = [];
    for await (const { address, version, verdict, rung } of judgeReplies(lines(), prober, (line) => rejects.push(line)))
      if (address === wanted) found.push(`v${version} ${verdict} ${rung}`);
    assert.equal(found, claims);
    assert.equal(rejects, []);
  });
}

test.run();
