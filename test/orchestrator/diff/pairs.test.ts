// runs: behind
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { causeTable } from '../../../orchestrator/diff/summary.ts';
import { type Answers, diffOf, host, type PlantedRun, plantRun } from './planted.ts';

const test = suite('what of a whole run decides');

const [before, after] = ['2026-10-05T10:00:00.000Z', '2026-11-02T10:00:00.000Z'];

/** Pairs of runs of one server, in which something of the whole run changed. */
const whole: readonly [
  title: string,
  first: Partial<PlantedRun>,
  second: Partial<PlantedRun>,
  cause: Readonly<Record<string, string>>,
][] = [
  [
    'a port that was not asked before',
    { hosts: [host('a.example', '198.18.7.1')] },
    { hosts: [{ name: 'a.example', address: '198.18.7.1', ports: { 80: 'plain', 443: 'capable' } }], ports: [80, 443] },
    { 'v1 443': 'target_list', 'v0 443': 'target_list' },
  ],
  [
    'a version that is asked no more',
    { hosts: [host('a.example', '198.18.7.1')] },
    { hosts: [host('a.example', '198.18.7.1')], versions: [1] },
    { 'v0 80': 'target_list' },
  ],
  [
    'another vantage point',
    { hosts: [host('a.example', '198.18.7.1', 'capable')] },
    { hosts: [host('a.example', '198.18.7.1')], vantage: { hostname: 'elsewhere', source_addresses: ['198.19.4.4'] } },
    { 'v1 80': 'vantage' },
  ],
  [
    'a sentinel that lost its option while a server lost its own',
    { hosts: [host('a.example', '198.18.7.1', 'capable')] },
    {
      hosts: [host('a.example', '198.18.7.1')],
      change: (manifest) =>
        Object.assign(manifest, { vantage_impaired: [{ stage: 'scan', moment: 'middle', at: after, sentinel: 'v1' }] }),
    },
    { 'v1 80': 'vantage' },
  ],
  [
    'a sentinel that lost its option invents no server',
    { hosts: [host('a.example', '198.18.7.1')] },
    {
      hosts: [host('a.example', '198.18.7.1', 'capable')],
      change: (manifest) =>
        Object.assign(manifest, { vantage_impaired: [{ stage: 'scan', moment: 'middle', at: after, sentinel: 'v1' }] }),
    },
    { 'v1 80': 'verdict' },
  ],
  [
    'silence in a run that lost replies',
    { hosts: [host('a.example', '198.18.7.1')] },
    {
      hosts: [host('a.example', '198.18.7.1', 'silent')],
      change: (manifest) => Object.assign(manifest.stages.scan?.parts['00000']?.facts ?? {}, { receive_drops: 50 }),
    },
    { 'v1 80': 'noise', 'v0 80': 'noise' },
  ],
];

/** Runs that several pairs begin with are made once. */
const firsts = new Map<string, Promise<string>>();
function firstOf(first: Partial<PlantedRun>): Promise<string> {
  const key = JSON.stringify(first);
  const made = firsts.get(key) ?? plantRun({ name: `first-${firsts.size}`, time: before, hosts: [], ...first });
  firsts.set(key, made);
  return made;
}

let pairs = 0;
for (const [title, first, second, expected] of whole) {
  test(title, async () => {
    pairs += 1;
    const one = await firstOf(first);
    const other = await plantRun({ name: `second-${pairs}`, time: after, hosts: [], ...second });
    const { differences } = await diffOf(one, other);
    assert.equal(
      Object.fromEntries(differences.map(({ version, port, cause }) => [`${version} ${port}`, cause])),
      expected,
    );
  });
}

test('a mirror that only the rules of the study call a server changed by the rules; a server that went did not', async () => {
  const hosts = (answers: Answers) => [
    host('a.example', '198.18.7.1', 'echo'),
    host('b.example', '198.18.7.2', answers),
  ];
  const one = await plantRun({ name: 'study', time: before, hosts: hosts('capable'), rules: 'mehani2015' });
  const other = await plantRun({ name: 'ours', time: after, hosts: hosts('plain') });
  const { differences } = await diffOf(one, other);
  assert.equal(
    differences.map((found) => [
      found.address,
      found.version,
      found.before,
      found.after,
      found.judged_before,
      found.cause,
    ]),
    [
      ['198.18.7.1', 'v1', 'capable', 'echoed_option', 'echoed_option', 'rule'],
      ['198.18.7.2', 'v1', 'capable', 'not_offered', 'capable', 'verdict'],
    ],
  );
});

test('a run is not compared with itself, nor a lab with the Internet', async () => {
  const one = await plantRun({ name: 'lab', time: before, hosts: [host('a.example', '198.18.7.1')] });
  const world = await plantRun({
    ...{ name: 'world', time: after, hosts: [host('a.example', '198.18.7.1')] },
    change: (manifest) => Object.assign(manifest.config, { lab: false }),
  });
  for (const [other, words] of [
    [one, /given twice/],
    [world, /test Internet/],
    [`${world}-none`, /no such folder/],
  ] as const) {
    const failed = await diffOf(one, other).then(
      () => null,
      (error: Error) => error.message,
    );
    assert.match(failed ?? 'it was compared', words);
  }
});

test('the noise floor of each run that was scanned twice stands beside the counts, by the rules of today', async () => {
  const hosts = Array.from({ length: 20 }, (_, n) =>
    host(`n${n}.example`, `198.18.7.${n + 1}`, n < 4 ? 'capable' : 'plain'),
  );
  const again = [host('', '198.18.7.1', 'silent'), host('', '198.18.7.2'), ...hosts.slice(2)];
  const change = (manifest: object) => Object.assign(manifest, { rules_version: 1 });
  const first = await plantRun({ name: 'noisy', time: before, hosts, again, change });
  const second = await plantRun({ name: 'once', time: after, hosts });
  const { summary } = await diffOf(first, second);
  assert.equal(summary.noise, [
    {
      run: 'noisy',
      floors: [
        { version: 1, answered: 20, equal: 18, ports: 1 },
        { version: 0, answered: 20, equal: 19, ports: 1 },
      ],
    },
  ]);
  const { denominator } = causeTable(summary);
  assert.match(
    denominator,
    /Noise floor: two scans within noisy gave another verdict to v1 2 of 20 \(10\.00\u00a0%; 95\u00a0%: 2\.79 to 30\.10\u00a0%\), v0 1 of 20/,
  );
  assert.not.match(denominator, /within once/);
  const [alone] = (await diffOf(second, await plantRun({ name: 'twice', time: '2026-11-09T10:00:00.000Z', hosts })))
    .summary.noise;
  assert.is(alone, undefined);
});

test('over several ports no interval is claimed, and a damaged rescan is none', async () => {
  const ports = { 80: 'capable', 443: 'plain' } as const;
  const hosts = [{ name: 'a.example', address: '198.18.7.1', ports }];
  const run = { hosts, again: hosts, ports: [80, 443], versions: [1] as 1[] };
  const first = await plantRun({ name: 'ports', time: before, ...run });
  const second = await plantRun({ name: 'damaged', time: after, ...run });
  writeFileSync(join(second, 'rescanned.parquet'), 'no table');
  const { summary } = await diffOf(first, second);
  assert.equal(summary.noise, [{ run: 'ports', floors: [{ version: 1, answered: 2, equal: 2, ports: 2 }] }]);
  assert.match(causeTable(summary).denominator, /v1 0 of 2 \(0\.00\u00a0%\) of those/);
});

test.run();
