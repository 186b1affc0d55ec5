// runs: behind
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { Config } from '../../../../orchestrator/config/config.ts';
import type { ScanRecord } from '../../../../orchestrator/schemas/records/scan.ts';
import { confirm } from '../../../../orchestrator/stages/confirm.ts';
import { handshake } from '../../../../orchestrator/stages/handshake.ts';
import { path } from '../../../../orchestrator/stages/path.ts';
import { shareControls } from '../../../../orchestrator/stages/units/controls.ts';
import { findTool } from '../../../../orchestrator/tools/finder.ts';
import { connected, type Records, scanned, withViews } from '../records.ts';

const test = suite('controls');

const key = '1e0c0101a1b2c3d4e5f60718';
const echo = (address: string, more: Partial<ScanRecord> = {}) =>
  scanned(address, ['1e040101'], { classification: 'echoed', ...more });
const error = (address: string) => scanned(address, [], { classification: 'icmp_unreachable', tcp_flags: null });
const reset = (address: string, more: Partial<ScanRecord> = {}) =>
  scanned(address, [], { classification: 'rst', tcp_flags: '14', ...more });

function configured(confirm: unknown): Config {
  return Config.parse({ lab: true, lab_ranges: ['198.18.0.0/15'], targets: { prefixes: ['198.18.0.0/16'] }, confirm });
}

const Control = z.object({ address: z.string(), port: z.int(), control: z.string() });

/** Controls as `address port kind`, sorted. */
async function drawn(scan: ScanRecord[], confirm: unknown, seed = 1): Promise<string[]> {
  return await withViews({ scan }, ['scan'], async (batches, shareTable) => {
    await shareControls({ config: configured(confirm), seed, batches, shareTable });
    const found: string[] = [];
    for await (const rows of batches('SELECT * FROM controls')) {
      for (const row of rows) {
        const { address, port, control } = Control.parse(row);
        found.push(`${address} ${port} ${control}`);
      }
    }
    return found.sort();
  });
}

const kinds: [sentence: string, scan: ScanRecord[], controls: string[]][] = [
  ['nothing answered: there is none', [], []],
  ['a SYN/ACK without an option is a plain answerer', [scanned('198.18.0.1', [])], ['198.18.0.1 80 plain']],
  [
    'a plain answer beside a reset or an error is one too',
    [scanned('198.18.0.1', []), reset('198.18.0.1', { probe: 'v0' })],
    ['198.18.0.1 80 plain'],
  ],
  ['an option of its own makes a candidate, no control', [scanned('198.18.0.1', [key])], []],
  [
    'an option in one version is enough',
    [scanned('198.18.0.1', [key]), scanned('198.18.0.1', [], { probe: 'v0' })],
    [],
  ],
  [
    'an echo in one version and a key in the other is a candidate',
    [scanned('198.18.0.1', [key]), echo('198.18.0.1', { probe: 'v0' })],
    [],
  ],
  [
    'nothing but our option returned is an echo',
    [echo('198.18.0.1'), scanned('198.18.0.1', [], { probe: 'v0' })],
    ['198.18.0.1 80 echo'],
  ],
  ['an ICMP error alone shows nothing', [error('198.18.0.1')], ['198.18.0.1 80 unknown']],
  ['a closed port is asked nothing more', [reset('198.18.0.1'), error('198.18.0.1')], []],
  [
    'ports are told apart',
    [scanned('198.18.0.1', []), scanned('198.18.0.1', [key], { port: 443 }), error('198.18.0.2')],
    ['198.18.0.1 80 plain', '198.18.0.2 80 unknown'],
  ],
];

for (const [sentence, scan, controls] of kinds) {
  test(sentence, async () => assert.equal(await drawn(scan, { controls: 10 }), controls));
}

const crowd = (count: number) => Array.from({ length: count }, (_, index) => `198.18.${index >> 8}.${index & 255}`);
const many = [
  ...crowd(400).map((address) => scanned(address, [])),
  ...crowd(30).map((address) => echo(address, { port: 443 })),
  ...crowd(20).map((address) => ({ ...error(address), port: 8080 })),
];
const countOf = (controls: string[], kind: string) => controls.filter((one) => one.endsWith(kind)).length;

test('as many of each kind are drawn as are asked for, and all of a kind that has fewer', async () => {
  const controls = await drawn(many, { controls: 25 });
  assert.equal(
    ['plain', 'echo', 'unknown'].map((kind) => countOf(controls, kind)),
    [25, 25, 20],
  );
});

test('none are drawn when none are asked for, nor in a run without second opinions', async () => {
  assert.equal(await drawn(many, { controls: 0 }), []);
  assert.equal(await drawn(many, false), []);
});

test('the seed draws: the same one the same controls, in whatever order the replies came; another one others', async () => {
  const controls = await drawn(many, { controls: 25 });
  assert.equal(await drawn(many.toReversed(), { controls: 25 }), controls);
  assert.not.equal(await drawn(many, { controls: 25 }, 2), controls);
});

test('a larger sample holds the smaller one', async () => {
  const larger = new Set(await drawn(many, { controls: 28 }));
  assert.equal(
    (await drawn(many, { controls: 25 })).filter((control) => !larger.has(control)),
    [],
  );
});

test('the sample is no stretch of neighbours', async () => {
  const plain = (await drawn(many, { controls: 100 })).filter((one) => one.endsWith('plain'));
  const quarters = [0, 1, 2, 3].map(
    (quarter) => plain.filter((one) => (crowd(400).indexOf(one.split(' ')[0] ?? '') >> 5) >> 1 === quarter).length,
  );
  for (const drawnThere of quarters) assert.ok(drawnThere >= 5, String(quarters));
});

/** Units of a stage as the tool is handed them, or why not. */
async function handed(make: typeof handshake, records: Records, confirm: unknown) {
  const stage = make(findTool);
  return await withViews(records, stage.reads, async (batches, shareTable) => {
    const shown: string[] = [];
    for await (const units of stage.units({ config: configured(confirm), seed: 1, batches, shareTable })) {
      for (const { row, skip, others = 0 } of units)
        shown.push(skip === null ? JSON.stringify(stage.role.input.parse(row)) : `${1 + others} ${skip}`);
    }
    return shown;
  });
}

const found: Records = {
  scan: [
    scanned('198.18.0.1', [key]),
    scanned('198.18.0.2', []),
    echo('198.18.0.3'),
    error('198.18.0.4'),
    reset('198.18.0.5'),
    scanned('198.18.0.6', [], { port: 81 }),
    scanned('198.18.0.6', [key], { port: 82 }),
  ],
  handshake: [connected('198.18.0.1', [{ address: '198.18.0.9', scope: 'global' }])],
};

test('handshake: controls are asked beside the candidates, and say what they are; candidates are handed on as ever', async () => {
  assert.equal(await handed(handshake, found, { controls: 10 }), [
    '1 not_a_candidate',
    '{"address":"198.18.0.1","port":80,"host":null}',
    '{"address":"198.18.0.2","port":80,"host":null,"control":"plain"}',
    '{"address":"198.18.0.3","port":80,"host":null,"control":"echo"}',
    '{"address":"198.18.0.4","port":80,"host":null,"control":"unknown"}',
    '{"address":"198.18.0.6","port":81,"host":null,"control":"plain"}',
    '{"address":"198.18.0.6","port":82,"host":null}',
  ]);
});

test('path: the same controls, by address', async () => {
  assert.equal(await handed(path, found, { controls: 10 }), [
    '1 not_a_candidate',
    '{"address":"198.18.0.1","port":80}',
    '{"address":"198.18.0.2","port":80,"control":"plain"}',
    '{"address":"198.18.0.3","port":80,"control":"echo"}',
    '{"address":"198.18.0.4","control":"unknown"}',
    '{"address":"198.18.0.6","port":81,"control":"plain"}',
    '{"address":"198.18.0.9"}',
  ]);
});

test('confirm: candidates and controls; echoes beside the sample have said enough', async () => {
  const scan = [...(found.scan ?? []), echo('198.18.0.7')];
  const asked = await handed(confirm, { scan }, { controls: 1 });
  assert.equal(
    asked.filter((row) => row.includes('198.18.0.1"')),
    ['{"address":"198.18.0.1","port":80}'],
  );
  assert.is(asked.filter((row) => row.includes('echo')).length, 1);
  assert.is(asked.filter((row) => row.includes('plain')).length, 1);
  assert.equal(
    asked.filter((row) => row.endsWith('not_a_candidate')),
    ['3 not_a_candidate'],
  );
});

test('an option in answer to a second opinion makes a candidate of whoever had none in the scan', async () => {
  const records = { scan: [scanned('198.18.0.2', [])], confirm: [scanned('198.18.0.2', [key], { probe: 'port2' })] };
  assert.equal(await handed(handshake, records, { controls: 0 }), ['{"address":"198.18.0.2","port":80,"host":null}']);
  assert.equal(await handed(path, { ...records, handshake: [] }, { controls: 0 }), [
    '{"address":"198.18.0.2","port":80}',
  ]);
  const plain = { ...records, confirm: [scanned('198.18.0.2', [], { probe: 'port2' })] };
  assert.equal(await handed(handshake, plain, { controls: 0 }), ['1 not_a_candidate']);
});

test('an address outside the ranges is no control that is sent anything', async () => {
  const records = { scan: [scanned('8.8.8.8', [])], handshake: [] };
  assert.equal(await handed(handshake, records, { controls: 10 }), ['1 outside_lab']);
  assert.equal(await handed(path, records, { controls: 10 }), ['1 outside_lab']);
  assert.equal(await handed(confirm, records, { controls: 10 }), ['1 outside_lab']);
});

test.run();
