import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { storedConfig } from '../../../orchestrator/config/stored.ts';
import { type Counts, newStageEntry, noCounts, type PartEntry } from '../../../orchestrator/core/folder/entries.ts';
import type { Manifest } from '../../../orchestrator/core/folder/manifest.ts';
import type { Asked } from '../../../orchestrator/report/facts.ts';
import { askedOf, lostOf, measuredOf, reportFacts, stageFacts } from '../../../orchestrator/stages/report-facts.ts';
import { emptyManifest } from '../core/toy.ts';

const test = suite('report facts');

function part(facts: PartEntry['facts']): PartEntry {
  const at = '2026-01-01T00:00:00.000Z';
  const known = {
    started_at: at,
    ended_at: at,
    input_sha256: '',
    records_sha256: null,
    output_sha256: '',
    raw_sha256: {},
    packed_sha256: {},
    rejects_sha256: null,
    unknown_fields: {},
  };
  return { ...known, counts: noCounts(), facts, commands: [] };
}

/** A manifest of which only the scan is known. */
function manifestOf(counts: Counts | null, parts: PartEntry['facts'][] = []): Manifest {
  const known = { status: 'done', unit: 'address, port, probe', tool: 'own', reads: {}, started_at: null } as const;
  const scan = {
    ...newStageEntry(known),
    counts,
    parts: Object.fromEntries(parts.map((facts, i) => [`0000${i}`, part(facts)])),
  };
  return { ...emptyManifest(), run: 'small', stages: { scan } };
}

const counts = { ...noCounts(), units_in: 24, answered: 10, failed: { timeout: 8 }, skipped: { blocked: 6 } };
const asked: [title: string, counts: Counts | null, versions: number[], expected: Asked | null][] = [
  [
    'two versions share the probes evenly, and skipped units were not asked',
    counts,
    [1, 0],
    { probes: 18, silent: 8, v1: 9, v0: 9 },
  ],
  ['a version that was not asked has no count', counts, [0], { probes: 18, silent: 8, v1: null, v0: 18 }],
  [
    'a rejected answer belongs to a version that nobody knows: only all probes together are told',
    { ...counts, answered: 8, rejected: { url: 2 } },
    [1, 0],
    { probes: 18, silent: 8, v1: null, v0: null },
  ],
  [
    'an odd number of probes is not halved',
    { ...counts, answered: 11 },
    [1, 0],
    { probes: 19, silent: 8, v1: null, v0: null },
  ],
  ['a run without counts of the scan says that it does not know', null, [1, 0], null],
];
for (const [title, given, versions, expected] of asked) {
  test(title, () => assert.equal(askedOf(manifestOf(given), versions), expected));
}

test('lost is what was not read and what did not leave, over all parts of the scan, and rejected units', () => {
  const parts = [
    { receive_drops: 3, send_failures: 2, packets_received: 99 },
    { receive_drops: 1, first_targets_unsent: 1, invalid_rows: 4, resets: 7 },
  ];
  assert.equal(lostOf(manifestOf({ ...counts, rejected: { url: 5 } }, parts)), { replies: 16, opinions: null });
  assert.equal(lostOf({ ...emptyManifest(), stages: {} }), { replies: 0, opinions: null });
});

test('second opinions that got no answer are counted apart', () => {
  const scan = manifestOf(counts);
  const known = { status: 'done', unit: 'address, port, probe', tool: 'own', reads: {}, started_at: null } as const;
  const confirm = {
    ...newStageEntry(known),
    counts: { ...noCounts(), units_in: 40, answered: 30, failed: { timeout: 6 }, skipped: { blocked: 4 } },
  };
  assert.equal(lostOf({ ...scan, stages: { ...scan.stages, confirm } }).opinions, { asked: 36, unanswered: 6 });
});

/** A stage whose parts each ran one command at these times. */
function ran(...spans: [from: string, to: string][]) {
  const known = { status: 'done', unit: 'address', tool: 'own', reads: {}, started_at: null } as const;
  const command = { argv: ['own'], version: null, exit_code: 0, times: 1 };
  const parts = spans.map(([started_at, ended_at], i): [string, PartEntry] => [
    `0000${i}`,
    { ...part({}), commands: [{ ...command, started_at, ended_at }] },
  ]);
  return { ...newStageEntry(known), parts: Object.fromEntries(parts) };
}

test('a stage is dated by its commands, first start to last end; one that ran none has no date', () => {
  const scan = ran(['2026-01-02', '2026-01-05'], ['2026-01-03', '2026-01-04']);
  const facts = stageFacts({ ...emptyManifest(), stages: { scan, asn: ran() } }, ['scan', 'asn', 'os']);
  assert.equal(
    facts.map(({ stage, measured }) => [stage, measured]),
    [
      ['scan', { from: '2026-01-02', to: '2026-01-05' }],
      ['asn', null],
    ],
  );
});

test("a stage that was switched on days later does not stretch the run's own time; one that took days does", () => {
  const scan = ran(['2026-01-02', '2026-01-03']);
  const span = (os: typeof scan) =>
    measuredOf(stageFacts({ ...emptyManifest(), stages: { scan, os } }, ['scan', 'os']));
  assert.equal(span(ran(['2026-01-09', '2026-01-10'])), { from: '2026-01-02', to: '2026-01-03' });
  assert.equal(span(ran(['2026-01-03T05:00Z', '2026-01-06'])), {
    from: '2026-01-02',
    to: '2026-01-06',
  });
});

test('a program is shown with the versions that parts were measured with; one that measured nothing with that of the last start', () => {
  const { stages, ...rest } = manifestOf(counts, [{}, {}]);
  const command = { started_at: '', ended_at: '', exit_code: 0, times: 1 };
  for (const [index, done] of Object.values(stages.scan?.parts ?? {}).entries())
    done.commands.push({ ...command, argv: ['zmap', '-p', '80'], version: ['2.1.1', '4.3.4'][index] ?? null });
  const found = (version: string | null) => ({ path: '/usr/sbin', version, runs_as: null });
  const programs = { zmap: found('4.3.4'), nmap: found('7.93'), wget: found(null) };
  const config = storedConfig({ lab: true, lab_ranges: ['198.18.0.0/15'], targets: { list: 'list.csv' } });
  const facts = reportFacts(
    { manifest: { ...rest, stages, programs, vantage: { kernel: '6.1', architecture: 'x64' } }, config },
    ['scan'],
  );
  assert.equal(facts.programs, [
    { name: 'zmap', version: '2.1.1, 4.3.4' },
    { name: 'nmap', version: '7.93' },
    { name: 'wget', version: 'unknown' },
  ]);
});

test.run();
