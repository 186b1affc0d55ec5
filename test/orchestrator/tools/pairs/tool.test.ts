import { readFileSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import type { Address } from '../../../../orchestrator/roles.ts';
import { PathRecord } from '../../../../orchestrator/schemas/records/path.ts';
import { pairs } from '../../../../orchestrator/tools/pairs/tool.ts';
import { decodeAll, makeContext } from '../context.ts';

const test = suite('pairs');
const fixture = (name: string) => fileURLToPath(new URL(`../../../fixtures/pairs/${name}`, import.meta.url));
const config = Config.parse({ lab: true, lab_ranges: ['198.18.0.0/15'], targets: { list: 'x' } });

const rows: Address[] = [
  { address: '198.18.112.1', port: 80, control: 'plain' },
  { address: '198.18.112.2', port: 80 },
  { address: '2001:db8:104::3', port: 80 },
  { address: '198.18.104.4', port: 80 },
  { address: '198.18.104.5' },
  { address: '198.18.104.6', port: 80 },
];

async function recorded(change: ((text: string) => string) | null = null) {
  const context = await makeContext({ rows, config });
  for (const name of ['pairs.ndjson', 'pairs.metadata.json']) await copyFile(fixture(name), join(context.folder, name));
  if (change !== null)
    await writeFile(join(context.folder, 'pairs.ndjson'), change(readFileSync(fixture('pairs.ndjson'), 'utf8')));
  return context;
}

test('round trips of both families, in pairs by round; what was not answered makes none', async () => {
  const { records, rejects } = await decodeAll(pairs, await recorded());
  assert.equal(rejects, []);
  assert.equal(
    records
      .map((record) => PathRecord.parse(record))
      .map(({ address, control, ping_replies, pairs: of, failure }) => [address, control, ping_replies, of, failure]),
    [
      ['198.18.112.1', 'plain', 5, 5, null],
      ['198.18.112.2', null, 5, 5, null],
      ['2001:db8:104::3', null, 5, 4, null],
      ['198.18.104.4', null, 0, 0, 'timeout'],
      ['198.18.104.5', null, 5, 0, null],
      ['198.18.104.6', null, 0, 0, 'timeout'],
    ],
  );
  const [plain, boxed] = records;
  assert.ok(
    (boxed?.pair_ratio ?? 1) < (plain?.pair_ratio ?? 0) && (boxed?.pair_gap_us ?? 0) > (plain?.pair_gap_us ?? 99),
    'the box is nearer',
  );
  assert.equal([records[4]?.pair_ratio, records[4]?.pair_gap_us], [null, null]);
});

/** One answer to a round of 198.18.112.1. */
function answer(what: string, probe: string, pass: number | null, rtt: number | null): string {
  const icmp = { icmp_type: null, icmp_code: null, quote: null };
  const rest = { from: '198.18.112.1', reply_ttl: 52, sent: '45', packet: '45', ttl: 63, ...icmp };
  return JSON.stringify({
    answer: what,
    address: '198.18.112.1',
    port: probe === 'echo' ? 0 : 80,
    probe,
    pass,
    rtt_us: rtt,
    ...rest,
  });
}
const pair = (pass: number, syn: number, ping: number) => [
  answer('synack', 'v1', pass, syn),
  answer('echo_reply', 'echo', pass, ping),
];

const made: [sentence: string, lines: string[], expected: Partial<PathRecord>][] = [
  [
    'medians over the pairs: one late packet moves nothing',
    [pair(0, 10, 100), pair(1, 20, 100), pair(2, 9000, 100), pair(3, 10, 110), pair(4, 30, 100)].flat(),
    { ping_rtt_us: 100, ping_replies: 5, pairs: 5, pair_ratio: 0.2, pair_gap_us: 80 },
  ],
  [
    'halves of different rounds are no pair',
    [answer('synack', 'v1', 0, 10), answer('echo_reply', 'echo', 1, 100)],
    { pairs: 0, pair_ratio: null, ping_rtt_us: 100 },
  ],
  [
    'of two answers to one SYN the faster counts',
    [...pair(0, 50, 100), answer('synack', 'v1', 0, 10)],
    { pairs: 1, pair_ratio: 0.1 },
  ],
  [
    'a RST is an answer',
    [answer('rst', 'v1', 0, 50), answer('echo_reply', 'echo', 0, 100)],
    { pairs: 1, pair_ratio: 0.5 },
  ],
  ['an error is none', [answer('unreachable', 'v1', 0, 50), answer('echo_reply', 'echo', 0, 100)], { pairs: 0 }],
  [
    'an answer without a time is none',
    [answer('synack', 'v1', 0, null), answer('echo_reply', 'echo', 0, 100)],
    { pairs: 0, ping_replies: 1 },
  ],
  ['a SYN that takes longer has a gap below zero', pair(0, 150, 100), { pairs: 1, pair_ratio: 1.5, pair_gap_us: -50 }],
  [
    'an even number of pairs: between the middle two',
    [...pair(0, 10, 100), ...pair(1, 30, 100)],
    { pair_ratio: 0.2, pair_gap_us: 80 },
  ],
];
for (const [sentence, lines, expected] of made) {
  test(sentence, async () => {
    const context = await recorded(() => lines.map((line) => `${line}\n`).join(''));
    await writeFile(
      join(context.folder, 'pairs.metadata.json'),
      readFileSync(fixture('pairs.metadata.json'), 'utf8').replace('"answers":39', `"answers":${lines.length}`),
    );
    const { records } = await decodeAll(pairs, context);
    const all: Record<string, unknown> = records[0] ?? {};
    for (const [name, value] of Object.entries(expected)) assert.equal(all[name], value, name);
  });
}

test('answers that are not as many as were printed are no silence', async () => {
  const error = await decodeAll(pairs, await recorded(() => '')).then(() => null, String);
  assert.match(error ?? '', 'holds 0 answers, mptcp-sweep counted 39');
});

test('a dry run knows how many packets at most', () => {
  const { packets } = pairs.cost?.({ units: 10, 4: 10, 6: 0 }, config) ?? {};
  assert.equal(packets, { least: 50, most: 100 });
});

test.run();
