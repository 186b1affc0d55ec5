// takes: long
// runs: behind
import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { PrefixSet } from '../../../../orchestrator/address/prefix-set.ts';
import { scopeOf } from '../../../../orchestrator/address/scope.ts';
import { Config } from '../../../../orchestrator/config/config.ts';
import { classify } from '../../../../orchestrator/evidence/classify.ts';
import { traceKey } from '../../../../orchestrator/evidence/judge.ts';
import { KeyTraces } from '../../../../orchestrator/evidence/keys.ts';
import { quietArea } from '../../../../orchestrator/evidence/plain.ts';
import { judgeHost } from '../../../../orchestrator/evidence/verdict.ts';
import { HandshakeRecord } from '../../../../orchestrator/schemas/records/handshake.ts';
import { keptOfPlain, notPlain, plainReply } from '../../../../orchestrator/stages/merge/replies.ts';
import { ZmapRaw } from '../../../../orchestrator/tools/zmap/raw.ts';
import { zmap } from '../../../../orchestrator/tools/zmap/tool.ts';
import { type Heap, heapOf } from './heaps.ts';
import { mergeOf } from './merged.ts';

const test = suite('merge-plain');

const lab = new PrefixSet(['198.18.0.0/15', '2001:db8::/32']);

/** Verdicts by address and port, every host judged alone by all of its records. */
function judgedAlone({ scan, handshake }: Heap): Map<string, unknown> {
  const traces = new KeyTraces();
  for (const reply of scan) traceKey(traces, reply, reply);
  const sharedTraces = traces.shared();
  const hosts = new Map(scan.map(({ address, port }) => [`${address} ${port}`, { address, port }]));
  return new Map(
    [...hosts].map(([name, { address, port }]) => {
      const of = (record: { address: string; port: number }) => record.address === address && record.port === port;
      const evidence = { scans: scan.filter(of), handshake: handshake.find(of) ?? null, sharedTraces };
      const judge = (version: 0 | 1) => judgeHost({ version, ...evidence, scope: scopeOf(address, lab) });
      return [name, { v1: judge(1), v0: judge(0) }];
    }),
  );
}

/** The same out of a merge. */
async function judgedTogether(heap: Heap, mutate?: (sql: string) => string): Promise<Map<string, unknown>> {
  const { hosts } = await mergeOf({ ...heap }, { size: 500, ...(mutate === undefined ? {} : { mutate }) });
  return new Map(hosts.map(({ address, port, v1, v0 }) => [`${address} ${port}`, { v1, v0 }]));
}

function differing(left: Map<string, unknown>, right: Map<string, unknown>): string[] {
  const texts = [left, right].map((map) => new Map([...map].map(([name, pair]) => [name, JSON.stringify(pair)])));
  const names = new Set(texts.flatMap((text) => [...text.keys()]));
  return [...names].filter((name) => texts[0]?.get(name) !== texts[1]?.get(name));
}

const plain = heapOf(1, 700, 0);
const heaps: [sentence: string, heap: Heap][] = [
  ['hosts that show nothing', plain],
  ['hosts of which some show something', heapOf(2, 700, 0.3)],
  ['hosts that all may show something', heapOf(3, 700, 1)],
];
for (const [sentence, heap] of heaps) {
  test(`merge gives the verdicts of every host judged alone: ${sentence}`, async () => {
    assert.equal(differing(await judgedTogether(heap), judgedAlone(heap)), []);
  });
}

/** More kinds of plain replies than have a bit. */
function manyKinds(): Heap {
  const { scan } = heapOf(4, 300, 0);
  return { scan: scan.map((reply, index) => ({ ...reply, probe: `word${index}` })), handshake: [] };
}

test('kinds of replies that are too many to have a place each are judged host by host', async () => {
  const heap = manyKinds();
  assert.ok(new Set(heap.scan.map(({ probe }) => probe)).size > 200);
  assert.equal(differing(await judgedTogether(heap), judgedAlone(heap)), []);
});

const Line = z.looseObject({});
const config = Config.parse({ targets: { list: 'list.csv' } });

/** What the prober printed in the lab, as records. */
function recorded(): Heap {
  const folder = new URL('../../../fixtures/zmap/', import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ndjson') && !file.startsWith('icmp'),
  );
  const lines = files.flatMap((file) => readFileSync(new URL(file, folder), 'utf8').trim().split('\n'));
  const scan = lines.flatMap((line) => {
    const record = zmap.toRecord(ZmapRaw.parse(Line.parse(JSON.parse(line))), { config });
    return 'address' in record ? [record] : [];
  });
  const connections = readFileSync(new URL('../../../fixtures/wget/records.expected.ndjson', import.meta.url), 'utf8');
  const handshake = connections
    .trim()
    .split('\n')
    .map((line) => HandshakeRecord.parse(JSON.parse(line)));
  return { scan, handshake };
}

test('merge gives the verdicts of every host judged alone: what was recorded in the lab', async () => {
  const heap = recorded();
  const alone = judgedAlone(heap);
  assert.ok(alone.size > 30);
  assert.equal(differing(await judgedTogether(heap), alone), []);
});

/** What a merge with one thing left out of the reduction runs instead: each must give other verdicts somewhere. */
const without: [thing: string, sql: string, instead: string][] = [
  ['the classification', `(' ', ${keptOfPlain.classification}, `, "(' ', 'synack_no_option', "],
  ['the version asked', keptOfPlain.sent_version, "'-'"],
  ['whether the SYN is numbered', keptOfPlain.numbered, "'0'"],
  ['the probe', `, ${keptOfPlain.probe})`, ", 'v1')"],
  ['options of kind 30', `${plainReply.options_mptcp} AND`, ''],
  ['faults', `${plainReply.faults} AND`, ''],
  ['what else stands in the option area', plainReply.tcp_options, 'true'],
  ['equal packets', notPlain.packet, 'false'],
  ['connections', ` OR ${notPlain.handshake}`, ''],
  ['the scope', "coalesce(outside.scope, 'global')", "'global'"],
];
for (const [thing, sql, instead] of without) {
  test(`a reduction without ${thing} gives other verdicts`, async () => {
    let changed = 0;
    const mutate = (statement: string) => {
      const parts = statement.split(sql);
      changed += parts.length - 1;
      return parts.join(instead);
    };
    const heap = heapOf(5, 1200, 0.3);
    const found = await judgedTogether(heap, mutate);
    assert.ok(changed > 0);
    assert.ok(differing(found, judgedAlone(heap)).length > 0);
  });
}

test('the reduction names every condition and every kept field once in these tests', () => {
  const fields = [keptOfPlain, plainReply, notPlain].flatMap((part) => Object.keys(part));
  assert.is(without.length, fields.length + 1);
});

const quietCases: [area: string, quiet: boolean][] = [
  ['', true],
  ['020405b40402080a0000000100000002010303070000', true],
  ['020405b400ffff', true],
  ['01010101', true],
  ['1e040101', false],
  ['020405b41e040101', false],
  ['fd04beef', false],
  ['0204', false],
  ['080a0000', false],
  ['020405B4', false],
];
for (const [area, isQuiet] of quietCases) {
  test(`the option area "${area}" is ${isQuiet ? 'quiet, and shows nothing' : 'not quiet'}`, () => {
    assert.is(new RegExp(`^${quietArea}$`).test(area), isQuiet);
    if (!isQuiet) return;
    const sent = { probe: 'v1', version: 1, option: '1e040101', key: null, canary: null };
    const reply = { area: Buffer.from(area, 'hex'), truncated: false };
    const { faults, option, classification } = classify(sent, { ...reply, rst: false });
    assert.equal([faults, option, classification], [[], null, 'synack_no_option']);
    assert.is(classify(sent, { ...reply, rst: true }).classification, 'rst');
  });
}

test.run();
