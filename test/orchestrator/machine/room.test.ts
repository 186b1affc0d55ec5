import { execFileSync } from 'node:child_process';
import { constants, mkdtempSync, openSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../orchestrator/config/config.ts';
import {
  expectedBytes,
  freeBytes,
  type Given,
  givenAsRead,
  givenOf,
  requireRoom,
  requireRoomForRest,
} from '../../../orchestrator/machine/room.ts';

const test = suite('machine/room');

const folder = mkdtempSync(join(tmpdir(), 'room-'));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const lines = (count: number, line: string) => `${line}\n`.repeat(count);
const plain = file('list.csv', lines(1000, '123,shop.example'));
const wide = file('wide.csv', lines(1000, `123,shop.example,${'x'.repeat(200)}`));
const zipped = file('other.csv.zip', 'x'.repeat(4000));
const pipe = join(folder, 'pipe');
execFileSync('mkfifo', [pipe]);
// Open at both ends: whoever opens it is not kept waiting, and what lies in it is gone when it was read.
const ends = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);

const none = { names: 0, addresses: 0, within: 0 };
const cases: [sentence: string, targets: object, given: Partial<Given>][] = [
  ['lines of a list', { list: plain }, { names: 1000 }],
  ['however long they are', { list: wide }, { names: 1000 }],
  ['of a packed one as many as there usually are', { list: zipped }, { names: 600 }],
  ['of several lists', { list: [plain, zipped] }, { names: 1600 }],
  ['of one without a line end', { list: file('one', 'x'.repeat(200)) }, { names: 10 }],
  ['nothing of one that is elsewhere', { list: 'https://lists.example/top.csv' }, {}],
  ['of one that is not there', { list: join(folder, 'none') }, {}],
  ['addresses', { addresses: plain }, { addresses: 1000 }],
  ['of standard input nothing', { addresses: '-' }, {}],
  ['all that prefixes hold', { prefixes: ['240.0.0.0/8', '198.18.0.0/16'] }, { within: 2 ** 24 + 2 ** 16 }],
];
for (const [sentence, targets, given] of cases) {
  test(`what a run is given is told before anything is read: ${sentence}`, () => {
    const found = Object.entries(givenOf(Config.parse({ targets })));
    // only the first lines of a list are looked at
    const rounded = found.map(([kind, count]) => [kind, Number(count.toPrecision(count > 1e4 ? 9 : 2))]);
    assert.equal(Object.fromEntries(rounded), { ...none, ...given });
  });
}

test('a named pipe counts for nothing, and is not read', () => {
  const given = 'shop.example\n';
  writeSync(ends, given);
  assert.equal(givenOf(Config.parse({ targets: { list: pipe } })), none);
  assert.is(readSync(ends, Buffer.alloc(100)), given.length);
});

test('a list that was read through is told as it was read, each name once', () => {
  const asRead = (targets: object, kinds: Record<string, number>) => givenAsRead(Config.parse({ targets }), kinds);
  assert.equal(asRead({ list: plain }, { name: 40, address: 3 }), { names: 20, addresses: 3, within: 0 });
  assert.equal(asRead({ list: plain, www: false }, { name: 40 }), { ...none, names: 40 });
  assert.equal(asRead({ addresses: plain }, { address: 7 }), { ...none, addresses: 7 });
  assert.equal(asRead({ prefixes: ['198.18.0.0/16'] }, { prefix: 1 }), { ...none, within: 65536 });
});

const megabytes = (given: Partial<Given>, config: object) =>
  Math.round(expectedBytes({ ...none, ...given }, Config.parse(config)) / 1e6);

test('bytes on disk grow with names, their families and doubles, and with what is sent to each address', () => {
  const list = { list: plain };
  const one = { scan: { versions: [1], ports: [443] }, resolve: { families: [4] }, targets: { ...list, www: false } };
  assert.is(megabytes({}, one), 5);
  const by = (given: Partial<Given>, more = {}) => megabytes(given, { ...one, ...more }) - 5;
  const names = by({ names: 1e6 });
  assert.ok(names > 300 && names < 900, `${names} MB`);
  assert.is(Math.round((10 * by({ names: 1e6 }, { targets: { ...list, www: true } })) / names), 20);
  assert.ok(by({ names: 1e6 }, { resolve: { families: [4, 6] } }) > 1.7 * names);
  const addresses = by({ addresses: 1e6 });
  assert.ok(by({ addresses: 1e6 }, { scan: { versions: [1], ports: [80, 443] } }) > 1.6 * addresses);
  assert.ok(by({ addresses: 1e6 }, { scan: { versions: [0, 1], ports: [443] } }) > 1.1 * addresses);
  assert.ok(by({ within: 1e6 }) < 0.05 * addresses, 'few addresses of a prefix answer');
});

test('a run that the disk has no room for is refused with both numbers', async () => {
  await requireRoom(folder, Config.parse({ targets: { list: plain } }));
  const all = Config.parse({
    targets: { prefixes: ['0.0.0.0/0'] },
    scan: { ports: Array.from({ length: 20_000 }, (_, n) => n + 1) },
  });
  const said = await requireRoom(folder, all).then(() => '', String);
  assert.match(said, /is on a file system with [\d.]+ [GT]B left, and a run of these targets usually takes [\d.]+ PB$/);
});

test('once the first probes are answered the rest is refused by what they say, not by what is usual', async () => {
  const prefix = Config.parse({ targets: { prefixes: ['198.18.0.0/16'] }, scan: { versions: [1], ports: [443] } });
  const free = await freeBytes(folder);
  const refusal = async (config: Config, share: number, bytesEach: number) =>
    await requireRoomForRest(folder, config, { probes: Math.ceil(free / bytesEach), share }).then(() => '', String);
  assert.is(await refusal(prefix, 0.02, 100), '');
  assert.match(
    await refusal(prefix, 0.995, 100),
    /is on a file system with [\d.]+ [GT]B left, and the rest of this run would take about [\d.]+ [GTP]B if 100 % of the probes are answered, as for the first ones; nobody else was probed$/,
  );
  assert.is(await refusal(prefix, 0, 1), '', 'nothing is kept of a silent address of a prefix');
  assert.match(await refusal(Config.parse({ targets: { list: plain } }), 0, 10), 'if 0 % of the probes are answered');
});

test('the room of a folder that is not there yet is that of the one it will be made in', async () => {
  const here = await freeBytes(folder);
  const there = await freeBytes(join(folder, 'not', 'yet'));
  assert.ok(Math.abs(here - there) < 1e9, `${here} ${there}`);
});

test.run();
