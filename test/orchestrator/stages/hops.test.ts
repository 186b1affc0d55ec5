import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { Config } from '../../../orchestrator/config/config.ts';
import { hops } from '../../../orchestrator/stages/hops.ts';
import { path } from '../../../orchestrator/stages/path.ts';
import { findTool } from '../../../orchestrator/tools/finder.ts';
import { connected, type Records, scanned, withViews } from './records.ts';

const test = suite('hops');

const key = '1e0c0101a1b2c3d4e5f60718';
const key0 = '1e0c0001a1b2c3d4e5f60718';
const capable = (address: string, probe = 'v1') => scanned(address, [probe === 'v1' ? key : key0], { probe });
const echo = (address: string, probe = 'v1') => scanned(address, ['1e040101'], { probe, classification: 'echoed' });
const plain = (address: string, probe = 'v1') => scanned(address, [], { probe });
const error = (address: string) => scanned(address, [], { classification: 'icmp_unreachable', tcp_flags: null });

function configOf(sample: number, confirm: unknown = { controls: 1000 }): Config {
  return Config.parse({
    lab: true,
    lab_ranges: ['198.18.0.0/15'],
    targets: { prefixes: ['198.18.0.0/16'] },
    hops: { sample },
    confirm,
  });
}

const Row = z.object({ address: z.string(), port: z.int(), probe: z.string(), drawn_as: z.string() });

/** Units as `address probe sample`, or why they are not asked. */
async function drawn(records: Records, sample = 1000, seed = 1): Promise<string[]> {
  return await withViews({ handshake: [], ...records }, hops(findTool).reads, async (batches, shareTable) => {
    const found: string[] = [];
    for await (const units of hops(findTool).units({ config: configOf(sample), seed, batches, shareTable })) {
      for (const { row, skip } of units) {
        const { address, probe, drawn_as } = Row.parse(row);
        found.push(skip ?? `${address.replace('198.18.0.', '')} ${probe} ${drawn_as}`);
      }
    }
    return found;
  });
}

const at = (n: number) => `198.18.0.${n}`;

test('each endpoint is in the sample that it shows, with v1 where both versions show it', async () => {
  const scan = [
    ...[capable(at(1)), plain(at(1), 'v0')],
    ...[capable(at(2)), capable(at(2), 'v0')],
    ...[echo(at(3)), echo(at(3), 'v0')],
    ...[capable(at(4)), plain(at(4))],
    ...[plain(at(5)), plain(at(5), 'v0')],
    error(at(6)),
    scanned(at(7), [], { classification: 'rst', tcp_flags: '14' }),
    ...[plain(at(8)), echo(at(8), 'v0')],
    ...[capable(at(9)), capable(at(9), 'v0')],
    plain(at(10), 'canary'),
  ];
  const handshake = [connected(at(9), [], { fallback: true }), connected(at(2), [])];
  assert.equal((await drawn({ scan, handshake })).sort(), [
    '1 v1 capable',
    '2 v1 capable',
    '3 v1 echoed',
    '4 v1 inconsistent',
    '5 v1 not_offered',
    '6 v1 unknown',
    // v0 was not connected to: what it shows is what the scan did
    '8 v0 echoed',
    '9 v0 capable',
    '9 v1 fallback',
  ]);
});

test('a sample has so many of each kind, drawn by the seed', async () => {
  const scan = Array.from({ length: 40 }, (_, n) => [capable(at(n)), plain(at(100 + n))]).flat();
  const [first, again, other] = [
    await drawn({ scan }, 10),
    await drawn({ scan: [...scan].reverse() }, 10),
    await drawn({ scan }, 10, 2),
  ];
  assert.is(first.length, 20);
  assert.is(first.filter((unit) => unit.endsWith('capable')).length, 10);
  assert.equal(again, first);
  assert.not.equal(other, first);
});

test('plain ones are the plain controls of the other stages', async () => {
  const scan = Array.from({ length: 40 }, (_, n) => plain(at(n)));
  const config = configOf(8, { controls: 8 });
  const controls = await withViews({ scan, handshake: [] }, path(findTool).reads, async (batches, shareTable) => {
    const found: string[] = [];
    for await (const units of path(findTool).units({ config, seed: 1, batches, shareTable }))
      for (const { row, skip } of units)
        if (skip === null) found.push(z.object({ address: z.string() }).parse(row).address);
    return found;
  });
  assert.equal((await drawn({ scan }, 8)).map((unit) => at(Number(unit.split(' ')[0]))).sort(), controls.sort());
});

test('nobody outside the ranges is asked', async () => {
  assert.equal(await drawn({ scan: [capable('8.8.8.8')] }), ['outside_lab']);
});

test('it is off unless asked for', () => {
  assert.is(hops(findTool).enabled(Config.parse({ targets: { list: 'x' } })), false);
  assert.is(hops(findTool).enabled(Config.parse({ targets: { list: 'x' }, hops: true })), true);
});

test.run();
