// runs: behind
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Reject } from '../../../orchestrator/core/tool.ts';
import type { ScanEvidence } from '../../../orchestrator/evidence/answers.ts';
import { evidenceOf } from '../../../orchestrator/evidence/gather/evidence.ts';
import { judgeEndpoints, judgeReplies, linesOf, traceKey } from '../../../orchestrator/evidence/judge.ts';
import { KeyTraces } from '../../../orchestrator/evidence/keys.ts';
import { probeNamed } from '../../../orchestrator/evidence/probes.ts';
import { judgeHost } from '../../../orchestrator/evidence/verdict.ts';
import { ScanRecord } from '../../../orchestrator/schemas/records/scan.ts';
import { heapOf } from '../stages/merge/heaps.ts';

const test = suite('judge by kinds of replies');

/** Records as JSON that passes for the prober's. */
function parse(line: string): ScanRecord | Reject {
  const parsed = ScanRecord.safeParse(JSON.parse(line));
  return parsed.success ? parsed.data : new Reject('no reply');
}

/** Every endpoint judged alone by all that is read of its records, in the order of the first ones. */
function judgedAlone(scan: readonly ScanRecord[], read: (reply: ScanRecord) => ScanEvidence = evidenceOf): string[] {
  const traces = new KeyTraces();
  for (const reply of scan) traceKey(traces, reply, reply);
  const sharedTraces = traces.shared();
  const hosts = new Map<string, ScanRecord[]>();
  for (const reply of scan) {
    const name = `${reply.address} ${reply.port}`;
    hosts.set(name, [...(hosts.get(name) ?? []), reply]);
  }
  return [...hosts.values()].flatMap((scans) => {
    const asked = new Set(scans.map(({ probe, sent_version }) => probeNamed(probe, sent_version).asks));
    return ([1, 0] as const).flatMap((version) => {
      const [{ address, port } = { address: '', port: 0 }] = scans;
      if (!asked.has(version)) return [];
      const verdict = judgeHost({ version, scans: scans.map(read), handshake: null, sharedTraces, scope: null });
      return [JSON.stringify({ address, port, version, ...verdict })];
    });
  });
}

async function judgedTogether(scan: readonly ScanRecord[]): Promise<string[]> {
  async function* lines() {
    for (const reply of scan) yield JSON.stringify(reply);
  }
  const records: string[] = [];
  for await (const record of judgeReplies(lines(), parse, assert.unreachable)) records.push(JSON.stringify(record));
  return records;
}

/** More probes than there are kinds with a number. */
const manyProbes = heapOf(4, 900, 0).scan.map((reply, index) => {
  return { ...reply, address: `10.0.${index >> 8}.${index & 255}`, probe: `word${index}`, sent_version: index & 1 };
});

const inputs: [sentence: string, scan: readonly ScanRecord[]][] = [
  ['hosts that show nothing', heapOf(1, 900, 0).scan],
  ['hosts of which some show something', heapOf(2, 900, 0.3).scan],
  ['hosts that all may show something', heapOf(3, 900, 1).scan],
  ['more kinds of replies than have a number', manyProbes],
  ['replies that came twice', heapOf(5, 900, 0.2).scan.flatMap((reply, at) => (at % 3 === 0 ? [reply, reply] : reply))],
];
for (const [sentence, scan] of inputs) {
  test(`the records are those of every endpoint judged alone by all of its evidence: ${sentence}`, async () => {
    const alone = judgedAlone(scan);
    assert.ok(alone.length > 500);
    assert.ok(new Set(alone.map((text) => JSON.parse(text).verdict)).size > 1);
    assert.equal(await judgedTogether(scan), alone);
  });
}

/** Records that say one thing in `options_mptcp` and another in `tcp_options`, as a prober of the user may; several packets of one SYN. */
function disagreeing(): ScanRecord[] {
  const { scan } = heapOf(6, 4000, 1);
  const areas = scan.map(({ tcp_options }) => tcp_options);
  const seqs = ['00000001', '00000002'];
  return scan.map((reply, at) => ({
    ...reply,
    port: at % 3,
    source_port: 41_000 + (at % 2),
    ack: '5c000001',
    seq: seqs[(at >> 1) % 2] ?? null,
    tcp_options: areas[(at * 7 + 3) % areas.length] ?? null,
  }));
}

test('the bytes of the option area decide, whatever else a record says of its options: merge and judge agree', () => {
  const scan = disagreeing();
  assert.equal(
    judgedAlone(scan),
    judgedAlone(scan, (reply) => reply),
  );
  const silent = scan.map((reply) => (reply.tcp_options === null ? reply : { ...reply, options_mptcp: [] }));
  assert.equal(judgedAlone(silent), judgedAlone(scan));
});

test('the lines that are printed are the records as JSON', async () => {
  const [reply] = heapOf(2, 10, 0).scan;
  if (reply === undefined) throw new Error('a heap has replies');
  const scan = ['198.18.0.1', '2001:db8::1', '::', '::ffff:198.18.0.1'].map((address) => ({ ...reply, address }));
  async function* batches() {
    yield scan.map((one) => JSON.stringify(one));
  }
  const lines: string[] = [];
  for await (const some of judgeEndpoints(batches(), parse, assert.unreachable))
    lines.push(...some.flatMap((one) => [...linesOf(one)]));
  assert.equal(lines, await judgedTogether(scan));
  assert.equal(lines, judgedAlone(scan));
});

test('round trip and times of an endpoint are those of its replies', async () => {
  const [reply] = heapOf(2, 10, 0).scan;
  if (reply === undefined) throw new Error('a heap has replies');
  const at = (second: number) => `2026-11-25T10:00:0${second}.000000Z`;
  async function* batches() {
    yield [
      JSON.stringify({ ...reply, address: '198.18.0.1', rtt_us: null, received_at: at(5), seq: '00000001' }),
      JSON.stringify({ ...reply, address: '198.18.0.2', rtt_us: null, received_at: at(4), seq: '00000001' }),
      JSON.stringify({ ...reply, address: '198.18.0.1', rtt_us: 20, received_at: at(3), seq: '00000002' }),
      JSON.stringify({ ...reply, address: '198.18.0.1', rtt_us: 10, received_at: at(7), seq: '00000003' }),
    ];
  }
  const found: unknown[] = [];
  for await (const some of judgeEndpoints(batches(), parse, assert.unreachable))
    for (const { address, syn_rtt_us, first_reply_at, last_reply_at } of some)
      found.push([address, syn_rtt_us, first_reply_at, last_reply_at]);
  assert.equal(found, [
    ['198.18.0.1', 10, at(3), at(7)],
    ['198.18.0.2', null, at(4), at(4)],
  ]);
});

test.run();
