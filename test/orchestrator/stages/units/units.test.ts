import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { Config } from '../../../../orchestrator/config/config.ts';
import type { PartStage } from '../../../../orchestrator/core/stage.ts';
import { Scope } from '../../../../orchestrator/schemas/lists.ts';
import { asn } from '../../../../orchestrator/stages/asn.ts';
import { geo } from '../../../../orchestrator/stages/geo.ts';
import { handshake } from '../../../../orchestrator/stages/handshake.ts';
import { os } from '../../../../orchestrator/stages/os.ts';
import { path } from '../../../../orchestrator/stages/path.ts';
import { whois } from '../../../../orchestrator/stages/whois.ts';
import { findTool } from '../../../../orchestrator/tools/finder.ts';
import { connected, type Records, resolved, scanned, target, withViews } from '../records.ts';

const test = suite('units');

const blocklist = join(mkdtempSync(join(tmpdir(), 'units-')), 'blocklist.conf');
writeFileSync(blocklist, '198.18.78.0/24 # asked to be left alone\n2001:db8:78::/48\n9.9.9.0/24\n');
const lab = Config.parse({
  lab: true,
  lab_ranges: ['198.18.0.0/15', '2001:db8::/32'],
  targets: { prefixes: ['198.18.0.0/16'] },
  scan: { blocklist },
  confirm: false,
});
const real = Config.parse({
  targets: { prefixes: ['8.0.0.0/8'] },
  contact: 'a@example.edu',
  scan: { blocklist },
  confirm: false,
});

const Shown = z.object({ address: z.string(), port: z.int().optional(), host: z.string().nullable().optional() });

/** Units of a stage as `address[ port[ host]]: asked or why not`, without ports that are asked beside; first, as a number, those that are no candidates. */
async function unitsOf(make: (find: typeof findTool) => PartStage<Config>, config: Config, records: Records) {
  const stage = make(findTool);
  return await withViews(records, stage.reads, async (query, shareTable) => {
    const shown: string[] = [];
    for await (const batch of stage.units({ config, seed: 1, batches: query, shareTable })) {
      for (const { row, skip, others = 0 } of batch) {
        assert.ok(stage.role.input.safeParse(row).success, JSON.stringify(row));
        if (skip === 'not_a_candidate') shown.push(`${1 + others}: ${skip}`);
        if (skip === 'not_a_candidate') continue;
        const { address, port, host } = Shown.parse(row);
        const at = port === undefined || stage.role.unit === 'address' ? [] : [String(port)];
        const words = [address, ...at, ...(host == null ? [] : [host])];
        shown.push(`${words.join(' ')}: ${skip ?? 'asked'}`);
      }
    }
    return shown;
  });
}

const option = ['1e0c0101a1b2c3d4e5f60718'];
const echo = ['1e040101'];

const endpoints: [sentence: string, config: Config, records: Records, units: string[]][] = [
  ['nothing answered, nothing is asked', lab, {}, []],
  [
    'any MPTCP option makes a candidate, an echo too, in any reply to any probe of the port',
    lab,
    {
      scan: [
        scanned('198.18.0.1', option),
        scanned('198.18.0.2', echo),
        scanned('198.18.0.3', []),
        scanned('198.18.0.4', [], { probe: 'v1' }),
        scanned('198.18.0.4', option, { probe: 'v0' }),
        scanned('198.18.0.5', option, { port: 443 }),
        scanned('198.18.0.5', [], { port: 80 }),
      ],
    },
    [
      '2: not_a_candidate',
      '198.18.0.1 80: asked',
      '198.18.0.2 80: asked',
      '198.18.0.4 80: asked',
      '198.18.0.5 443: asked',
    ],
  ],
  [
    'a lab run connects to its own ranges, and an opt-out holds there',
    lab,
    {
      scan: ['198.18.78.3', '8.8.8.8', '10.1.2.3', '2001:db8::1', '2001:db8:78::1'].map((address) =>
        scanned(address, option),
      ),
    },
    [
      '10.1.2.3 80: outside_lab',
      '198.18.78.3 80: blocked',
      '2001:db8:78::1 80: blocked',
      '2001:db8::1 80: asked',
      '8.8.8.8 80: outside_lab',
    ],
  ],
  [
    'a real run connects to global addresses that have not opted out',
    real,
    { scan: ['8.8.8.8', '9.9.9.9', '10.1.2.3', '198.18.0.1'].map((address) => scanned(address, option)) },
    ['10.1.2.3 80: not_global', '198.18.0.1 80: not_global', '8.8.8.8 80: asked', '9.9.9.9 80: blocked'],
  ],
  [
    'the host is the name of the best rank in the first list, plain before www, ranked before unranked',
    lab,
    {
      scan: ['198.18.0.1', '198.18.0.2', '198.18.0.3', '198.18.0.4'].map((address) => scanned(address, option)),
      targets: [
        target('z.example', 2),
        target('z.example', 2, true),
        target('a.example', 10),
        target('c.example', 3, true),
        target('b.example', null),
        { ...target('b.example', 1), list: 2 },
      ],
      resolve: [
        resolved('a.example', ['198.18.0.1', '198.18.0.3']),
        resolved('z.example', ['198.18.0.1']),
        resolved('www.z.example', ['198.18.0.1']),
        resolved('b.example', ['198.18.0.2', '198.18.0.3']),
        resolved('www.c.example', ['198.18.0.4']),
        resolved('nobody-asked.example', ['198.18.0.4']),
      ],
    },
    [
      '198.18.0.1 80 z.example: asked',
      '198.18.0.2 80 b.example: asked',
      '198.18.0.3 80 a.example: asked',
      '198.18.0.4 80 www.c.example: asked',
    ],
  ],
];

for (const [sentence, config, records, expected] of endpoints) {
  test(`handshake: ${sentence}`, async () => assert.equal(await unitsOf(handshake, config, records), expected));
}

const inLab: Records = {
  scan: [
    scanned('198.18.0.1', option),
    scanned('198.18.0.1', [], { port: 443 }),
    scanned('198.18.0.2', echo, { probe: 'v0' }),
    scanned('198.18.0.3', []),
    scanned('198.18.0.4', []),
    scanned('198.18.78.1', option),
  ],
  handshake: [
    connected('198.18.0.1', [
      { address: '198.18.0.4', scope: 'global' },
      { address: '198.18.0.9', scope: 'global' },
      { address: '198.18.78.9', scope: 'global' },
      { address: '8.8.8.8', scope: 'global' },
      { address: '10.1.2.3', scope: 'private' },
    ]),
    connected('198.18.0.2', [{ address: '198.18.0.9', scope: 'global' }]),
    connected('198.18.0.3', []),
  ],
};
const inTheOpen: Records = {
  scan: [scanned('8.8.4.4', option), scanned('8.8.8.8', [])],
  handshake: [
    connected('8.8.4.4', [
      { address: '9.9.9.9', scope: 'global' },
      { address: '8.8.0.1', scope: 'global' },
      ...Scope.options
        .filter((scope) => scope !== 'global')
        .map((scope, index) => ({ address: `10.0.0.${index}`, scope })),
    ]),
  ],
};

/** What is probed (os, path), asked of others (whois) and looked up at home (asn, geo). */
const lookups: [stage: typeof asn, config: Config, records: Records, units: string[]][] = [
  ...[os, path].map((stage): [typeof asn, Config, Records, string[]] => [
    stage,
    lab,
    inLab,
    [
      '1: not_a_candidate',
      '198.18.0.1: asked',
      '198.18.0.2: asked',
      '198.18.0.4: asked',
      '198.18.0.9: asked',
      '198.18.78.1: blocked',
      '198.18.78.9: blocked',
      '8.8.8.8: outside_lab',
    ],
  ]),
  ...[os, path].map((stage): [typeof asn, Config, Records, string[]] => [
    stage,
    real,
    inTheOpen,
    ['1: not_a_candidate', '8.8.0.1: asked', '8.8.4.4: asked', '9.9.9.9: blocked'],
  ]),
  [whois, real, inTheOpen, ['1: not_a_candidate', '8.8.0.1: asked', '8.8.4.4: asked', '9.9.9.9: asked']],
  ...[asn, geo].map((stage): [typeof asn, Config, Records, string[]] => [
    stage,
    real,
    inTheOpen,
    ['8.8.0.1: asked', '8.8.4.4: asked', '8.8.8.8: asked', '9.9.9.9: asked'],
  ]),
  ...[asn, geo].map((stage): [typeof asn, Config, Records, string[]] => [
    stage,
    lab,
    inLab,
    [
      '198.18.0.1: asked',
      '198.18.0.2: asked',
      '198.18.0.3: asked',
      '198.18.0.4: asked',
      '198.18.0.9: asked',
      '198.18.78.1: asked',
      '198.18.78.9: asked',
      '8.8.8.8: asked',
    ],
  ]),
];

for (const [stage, config, records, expected] of lookups) {
  test(`${stage(findTool).name}: ${config.lab ? 'in the lab' : 'in the open'}, announced addresses too`, async () =>
    assert.equal(await unitsOf(stage, config, records), expected));
}

test('the addresses that are looked up are gathered once for all stages that ask for them', async () => {
  const records = { scan: [scanned('198.18.0.1', option), scanned('198.18.0.2', [])], handshake: [] };
  const asked: string[] = [];
  const found = await withViews(records, ['scan', 'confirm', 'handshake', 'hops'], async (query, shareTable) => {
    const counting = (sql: string) => {
      asked.push(sql);
      return query(sql);
    };
    const lists = [asn, whois, geo].map(async (stage) => {
      const rows: unknown[] = [];
      for await (const units of stage(findTool).units({ config: lab, seed: 1, batches: counting, shareTable }))
        rows.push(...units);
      return rows.length;
    });
    return await Promise.all(lists);
  });
  assert.equal(found, [2, 2, 2]);
  // once for the borders of the ranges that they are gathered in
  assert.is(asked.filter((sql) => /\b(scan|confirm|handshake)\b/.test(sql)).length, 1);
});

test.run();
