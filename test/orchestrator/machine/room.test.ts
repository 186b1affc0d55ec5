import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../orchestrator/config/config.ts';
import { leastBytes, requireRoom } from '../../../orchestrator/machine/room.ts';

const test = suite('machine/room');

const folder = mkdtempSync(join(tmpdir(), 'room-'));
const file = (name: string, bytes: number) => {
  writeFileSync(join(folder, name), 'x'.repeat(bytes));
  return join(folder, name);
};
const [plain, zipped] = [file('list.csv', 1000), file('other.csv.zip', 1000)];
const scan = { versions: [1], ports: [80, 443] };

const cases: [sentence: string, targets: object, bytes: number][] = [
  ['a list', { list: plain }, 10_000],
  ['a packed one', { list: zipped }, 30_000],
  ['several', { list: [plain, zipped] }, 40_000],
  ['one that is elsewhere', { list: 'https://lists.example/top.csv' }, 0],
  ['one that is not there', { list: join(folder, 'none') }, 0],
  ['addresses', { addresses: plain }, 10_000],
  ['standard input', { addresses: '-' }, 0],
  ['prefixes, by port and version', { prefixes: ['240.0.0.0/8', '198.18.0.0/16'] }, 2 * (2 ** 24 + 2 ** 16)],
];
for (const [sentence, targets, bytes] of cases) {
  test(`what a run writes at the least follows from its targets: ${sentence}`, () => {
    assert.is(leastBytes(Config.parse({ targets, scan })), bytes);
  });
}

test('a run that the disk has no room for is refused with both numbers', async () => {
  await requireRoom(folder, Config.parse({ targets: { list: plain } }));
  const all = Config.parse({
    targets: { prefixes: ['0.0.0.0/0'] },
    scan: { ports: Array.from({ length: 20_000 }, (_, n) => n + 1) },
  });
  const said = await requireRoom(folder, all).then(() => '', String);
  assert.match(said, /is on a file system with \d+\.\d GB left, and this run writes 171798\.7 GB at the least$/);
});

test.run();
