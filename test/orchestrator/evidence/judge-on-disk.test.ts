// takes: long
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../orchestrator/config/config.ts';
import { lineParser } from '../../../orchestrator/core/part/parse-line.ts';
import { type JudgeOptions, judgeReplies } from '../../../orchestrator/evidence/judge.ts';
import { ScanRecord } from '../../../orchestrator/schemas/records/scan.ts';
import { findTool } from '../../../orchestrator/tools/finder.ts';

const test = suite('judge on disk');
const parse = lineParser(findTool('syn_prober', 'zmap'), ScanRecord, Config.parse({ targets: { addresses: '-' } }));

function fixture(name: string): string[] {
  const text = readFileSync(new URL(`../../fixtures/${name}.ndjson`, import.meta.url), 'utf8');
  return text.split('\n').filter((line) => line !== '');
}

async function judge(lines: readonly string[], options?: JudgeOptions) {
  async function* text() {
    yield* lines;
  }
  const rejects: string[] = [];
  const records: string[] = [];
  const onReject = (line: string, reason: string, number: number) => rejects.push(`${number} ${reason} ${line}`);
  for await (const record of judgeReplies(text(), parse, onReject, options)) records.push(JSON.stringify(record));
  return { records, rejects };
}

/** The same with room for so few replies and keys that nearly all go to disk; and what is left in the folder. */
async function onDisk(lines: readonly string[], mostHeld: number) {
  const folder = mkdtempSync(join(tmpdir(), 'judge-'));
  let asked = 0;
  const ask = () => {
    asked += 1;
    return folder;
  };
  const found = await judge(lines, { folder: ask, mostHeld });
  const left = readdirSync(folder);
  rmSync(folder, { recursive: true });
  return { ...found, left, asked };
}

const v1 = fixture('zmap/v1');
const v0 = fixture('zmap/v0');
const both = [...v1, ...v0];

/** In an order of no meaning, the same each time. */
function shuffled(lines: readonly string[]): string[] {
  let state = 12345;
  return lines
    .map((line) => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return { line, at: state };
    })
    .sort((a, b) => a.at - b.at)
    .map(({ line }) => line);
}

/** Another port, or another family, for every reply. */
function moved(lines: readonly string[], change: Record<string, unknown>): string[] {
  return lines.map((line) => JSON.stringify({ ...JSON.parse(line), ...change }));
}

const inputs: [title: string, lines: string[]][] = [
  ['one scan after the other', both],
  ['replies of one host all over the file', shuffled(both)],
  ['the same file twice', [...both, ...both]],
  ['two ports', shuffled([...v1, ...moved(v1, { sport: 8443 })])],
  ['both families', shuffled([...v1, ...moved(v1.slice(0, 20), { saddr: '2001:db8::1', target: '2001:db8::1' })])],
  ['bad lines among the good ones', ['zmap: error', ...v1.slice(0, 9), '', '{"saddr":1}', ...v0.slice(0, 9)]],
  ['a last line that was cut', [...both, (v1[0] ?? '').slice(0, 200)]],
  ['another module of zmap', [...fixture('icmp-echo/icmp'), ...v1.slice(0, 3)]],
  ['no line at all', []],
  ['one line', v1.slice(0, 1)],
];
for (const [title, lines] of inputs) {
  test(`${title}: the same records in the same order, from disk as from memory`, async () => {
    const expected = await judge(lines);
    for (const mostHeld of [1, 7]) {
      const found = await onDisk(lines, mostHeld);
      assert.equal(found.records, expected.records);
      assert.equal(found.rejects, expected.rejects);
    }
  });
}

test('the order is that of the first replies, whatever the addresses are', async () => {
  const { records } = await onDisk(shuffled(both), 5);
  const seen = new Set(shuffled(both).map((line) => JSON.parse(line).target));
  const order = new Set(records.map((record) => JSON.parse(record).address));
  assert.equal(
    [...order],
    [...seen].filter((address) => order.has(address)),
  );
  assert.ok(order.size > 10);
  assert.not.equal([...order], [...order].sort());
});

test('a key that two hosts gave is known as such when both lie on disk', async () => {
  const [line = ''] = v1.filter((one) => JSON.parse(one).classification === 'mp_capable');
  const hosts = Array.from({ length: 9 }, (_, host) =>
    moved([line], { saddr: `198.18.7.${host}`, target: `198.18.7.${host}` }),
  );
  const { records } = await onDisk(hosts.flat(), 2);
  assert.equal(
    records.map((record) => JSON.parse(record).rules),
    hosts.map(() => ['key_constant']),
  );
});

test('rejects have the number of their line, blank lines counted', async () => {
  const { rejects } = await onDisk([...v1.slice(0, 2), '', 'rubbish', ...v1.slice(2, 4), '{"saddr"'], 1);
  assert.equal(rejects, ['4 no JSON rubbish', '7 no JSON {"saddr"']);
});

test('no folder is asked for while everything has room', async () => {
  const { asked, left } = await onDisk(v1.slice(0, 5), 5);
  assert.equal([asked, left], [0, []]);
});

test('progress is told of lines and of endpoints', async () => {
  const said: string[] = [];
  const lines = Array.from({ length: 10_000 }, (_, host) => {
    const target = `198.18.${host >> 8}.${host & 255}`;
    return JSON.stringify({ ...JSON.parse(v1[0] ?? ''), saddr: target, target });
  });
  await judge(lines, { progress: (phase, count) => said.push(`${count} ${phase}`) });
  assert.equal(said, ['10000 lines read', '10000 endpoints judged']);
});

test.run();
