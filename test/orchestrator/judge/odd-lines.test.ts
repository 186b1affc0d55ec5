// runs: behind
import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { Reject } from '../../../orchestrator/core/tool.ts';
import { judgeReplies } from '../../../orchestrator/evidence/judge.ts';
import { replyParser } from '../../../orchestrator/judge/reply-parser.ts';
import { below, randomFrom } from '../../../orchestrator/uncertainty/random.ts';

const test = suite('lines of other people');

type Row = Record<string, unknown>;
const parse = replyParser();
const folder = 'test/fixtures/zmap';
const fixtures = [
  ...readdirSync(folder).map((name) => `${folder}/${name}`),
  ...readdirSync(`${folder}/versions`).map((name) => `${folder}/versions/${name}`),
].filter((name) => name.endsWith('.ndjson'));
const rows = fixtures.flatMap((name) =>
  readFileSync(name, 'utf8')
    .trim()
    .split('\n')
    .map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line))),
);

/** One reply of each release and classification. */
const shapes = [
  ...new Map(rows.map((row) => [`${'timestamp_ts' in row} ${row.classification}`, row] as const)).values(),
];

const odd: unknown[] = [
  ...[0, -0, -1, 1, 15, 16, 255, 256, 65_535, 65_536, 999_999, 1_000_000, 2 ** 31, 2 ** 32, 8_640_000_000_001],
  ...[253_402_300_799, 253_402_300_800, 1e15, Number.MAX_SAFE_INTEGER, 1e300, 0.5, -1e15, true, false, null, [], {}],
  ...['', ' ', '0', '00', 'ff', 'FF', 'f', '0x1e', '1e', '1E040101', 'zz', '\u0000', 'null', ',', ',,', '__proto__'],
  ...['::', '::ffff:1.2.3.4', 'fe80::1%lo', '1.2.3.4/32', '01.2.3.4', 'x'.repeat(70_000), '\ud800', ['1e'], { a: 1 }],
];

test('whatever one field holds, a line is a record or rejected with a reason, and says the same time', () => {
  let read = 0;
  for (const shape of shapes) {
    for (const field of Object.keys(shape)) {
      for (const value of [...odd, undefined]) {
        const line = JSON.stringify({ ...shape, [field]: value });
        const record = parse(line);
        if (record instanceof Reject) {
          assert.match(record.reason, /^(schema|record): /);
          continue;
        }
        read += 1;
        const at = Date.parse(record.received_at);
        const us = field.endsWith('us') && field.startsWith('timestamp') ? Number(value) : null;
        assert.ok(Number.isFinite(at), `${field} ${JSON.stringify(value)}: ${record.received_at}`);
        if (us !== null) assert.ok(Math.abs((at % 1000) - Math.floor(us / 1000)) < 1, `${us} is ${record.received_at}`);
      }
    }
  }
  assert.ok(read > 1000, `${read} records`);
});

const notations: [target: string, address: string][] = [
  ['::ffff:198.18.0.1', '198.18.0.1'],
  ['::FFFF:c612:1', '198.18.0.1'],
  ['0:0:0:0:0:ffff:198.18.0.1', '198.18.0.1'],
  ['64:ff9b::198.18.0.1', '64:ff9b::c612:1'],
  ['::ffff:0:198.18.0.1', '::ffff:0:c612:1'],
  ['2001:DB8::1', '2001:db8::1'],
];
test('a target that is written as a mapped address is the IPv4 host, and a hop of an ICMP error too', () => {
  for (const [target, address] of notations) {
    const record = parse(JSON.stringify({ ...shapes[0], target }));
    assert.is(record instanceof Reject ? record.reason : record.address, address);
  }
  const error = shapes.find((row) => row.classification === 'icmp_ttl_exceeded');
  assert.ok(error, 'a fixture has an ICMP error');
  const record = parse(JSON.stringify({ ...error, icmp_hop: '::ffff:198.18.0.9' }));
  assert.is(record instanceof Reject ? record.reason : record.icmp_hop, '198.18.0.9');
});

test('replies of a host in both notations are judged as those of one host', async () => {
  const row = rows.find(({ classification }) => classification === 'mp_capable') ?? {};
  const told = (...targets: string[]) => verdicts(targets.map((target) => ({ ...row, target })));
  assert.equal(await told('198.18.0.1', '::ffff:198.18.0.1'), await told('198.18.0.1', '198.18.0.1'));
});

async function verdicts(of: readonly Row[]): Promise<string[]> {
  async function* lines() {
    for (const row of of) yield JSON.stringify(row);
  }
  const said: string[] = [];
  for await (const record of judgeReplies(lines(), parse, () => {})) said.push(JSON.stringify(record));
  return said.sort();
}

test('replies in any order, and each of them any number of times, have the same verdicts', async () => {
  const random = randomFrom(1, 'lines of other people');
  const bits = (most: number) => below(random, most);
  const one = <T>(list: readonly [T, ...T[]]): T => list[bits(list.length)] ?? list[0];
  const shuffled = (list: readonly Row[]) =>
    list
      .map((row) => [random(), row] as const)
      .sort(([a], [b]) => a - b)
      .map(([, row]) => row);
  for (let round = 0; round < 10; round++) {
    const some = Array.from({ length: 60 }, (): Row => {
      const target = `10.0.0.${bits(20)}`;
      const own =
        bits(3) === 0
          ? { dport: 30_000 + bits(2), ack: one(['00000001', 'ffffffff']), seq: one(['00000005', '00000006']) }
          : {};
      return { ...rows[bits(rows.length)], target, ...own };
    });
    const told = await verdicts(some);
    assert.equal(await verdicts(shuffled(some)), told);
    assert.equal(await verdicts(shuffled([...some, ...some, ...some.slice(10)])), told);
  }
});

test.run();
