import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { newStageEntry, noCounts } from '../../../orchestrator/core/folder/entries.ts';
import type { Manifest } from '../../../orchestrator/core/folder/manifest.ts';
import { confidenceOf } from '../../../orchestrator/history/confidence.ts';
import { emptyManifest } from '../core/toy.ts';

const test = suite('confidence of a point');

type Facts = Record<string, number | string>;

/** A run whose scan gave 10,000 records of 20,000 SYNs, whose handshake made 100 connections. */
function runWith(facts: Record<string, Facts>, more: (manifest: Manifest) => void = () => undefined): Manifest {
  const manifest = emptyManifest();
  const sizes: Record<string, number> = { scan: 10_000, confirm: 0, handshake: 100 };
  for (const [stage, size] of Object.entries(sizes)) {
    const entry = newStageEntry({ status: 'done', unit: '', tool: '', reads: {}, started_at: null });
    const part = {
      ...{ started_at: '', ended_at: '', input_sha256: '', output_sha256: '', records_sha256: null, raw_sha256: {} },
      ...{ packed_sha256: {}, rejects_sha256: null, counts: noCounts(), unknown_fields: {}, commands: [] },
      facts: { ...(stage === 'scan' ? { targets_sent: 20_000 } : {}), ...facts[stage] },
    };
    const counts = { ...noCounts(), units_in: size, answered: size, records_out: size };
    manifest.stages[stage] = { ...entry, counts, parts: { '00000': part } };
  }
  more(manifest);
  return manifest;
}

const impaired = (stage: string) => ({
  stage,
  moment: 'start' as const,
  at: '2026-01-01T00:00:00Z',
  sentinel: 'v1' as const,
});
const plain = (wrong: number, controls = 1000) => [{ control: 'plain', controls, wrong }];

const cases: [
  title: string,
  manifest: Manifest,
  more: { controls?: ReturnType<typeof plain>; coverage?: number | null },
  expected: string[],
][] = [
  ['a run that counted nothing against itself is sound', runWith({}), {}, ['sound']],
  [
    'sentinels that answered leave it sound',
    runWith({}, (m) => {
      m.vantage_impaired = [];
    }),
    {},
    ['sound'],
  ],
  [
    'a sentinel that did not answer makes it doubtful',
    runWith({}, (m) => {
      m.vantage_impaired = [impaired('scan')];
    }),
    {},
    ['doubtful', 'vantage_impaired'],
  ],
  ['a drop in a thousand is none', runWith({ scan: { receive_drops: 10 } }), {}, ['sound']],
  [
    'drops of a thousandth and more reduce it',
    runWith({ scan: { receive_drops: 12 } }),
    {},
    ['reduced', 'replies_lost'],
  ],
  [
    'drops of a hundredth and more make it doubtful',
    runWith({ scan: { receive_drops: 110 } }),
    {},
    ['doubtful', 'replies_lost'],
  ],
  ['drops of confirm count too', runWith({ confirm: { receive_drops: 110 } }), {}, ['doubtful', 'replies_lost']],
  [
    'SYNs that did not leave',
    runWith({ scan: { send_failures: 15, first_targets_unsent: 15 } }),
    {},
    ['reduced', 'probes_lost'],
  ],
  [
    'packets that the capture of connections lost',
    runWith({ handshake: { capture_dropped: 1 } }),
    {},
    ['reduced', 'connections_lost'],
  ],
  [
    'a capture that was ended before it had read all',
    runWith({ handshake: { capture_cut: 1 } }),
    {},
    ['reduced', 'connections_lost'],
  ],
  [
    'RSTs that did not leave',
    runWith({ scan: { synacks: 9000, synacks_repeated: 5000, out_rsts: 3 } }),
    {},
    ['reduced', 'resets_held_back'],
  ],
  ['RSTs that left', runWith({ scan: { synacks: 9000, synacks_repeated: 0, out_rsts: 9000 } }), {}, ['sound']],
  [
    'settings that somebody moved',
    runWith({ handshake: { settings_moved: 'net.mptcp.enabled' } }),
    {},
    ['reduced', 'settings_moved'],
  ],
  ['one wrong control in a hundred is none', runWith({}), { controls: plain(10) }, ['sound']],
  ['more of them reduce it', runWith({}), { controls: plain(11) }, ['reduced', 'controls_wrong']],
  [
    'one wrong control in twenty and more makes it doubtful',
    runWith({}),
    { controls: plain(51) },
    ['doubtful', 'controls_wrong'],
  ],
  ['a few controls tell of no rate', runWith({}), { controls: plain(5, 19) }, ['sound']],
  [
    'rejected units',
    runWith({}, (m) => {
      Object.assign(m.stages.scan?.counts ?? {}, { rejected: { odd: 20 } });
    }),
    {},
    ['reduced', 'units_rejected'],
  ],
  ['rows that were no records', runWith({ scan: { invalid_rows: 200 } }), {}, ['doubtful', 'units_rejected']],
  [
    'a stage that is not done',
    runWith({}, (m) => {
      Object.assign(m.stages.confirm ?? {}, { status: 'running' });
    }),
    {},
    ['doubtful', 'parts_missing'],
  ],
  [
    'a stage that was left out is no missing part',
    runWith({}, (m) => {
      Object.assign(m.stages.handshake ?? {}, { status: 'left_out' });
    }),
    {},
    ['sound'],
  ],
  ['nine tenths asked', runWith({}), { coverage: 0.9 }, ['sound']],
  ['fewer than nine tenths asked', runWith({}), { coverage: 0.89 }, ['reduced', 'not_asked']],
  ['fewer than half asked', runWith({}), { coverage: 0.49 }, ['doubtful', 'not_asked']],
  [
    'the worst of several decides',
    runWith({ scan: { receive_drops: 12 } }),
    { coverage: 0.4 },
    ['doubtful', 'replies_lost', 'not_asked'],
  ],
];

for (const [title, manifest, { controls = [], coverage = 1 }, [word, ...reasons]] of cases) {
  test(title, () => {
    const { confidence, confidence_reasons } = confidenceOf({ manifest, hosts: { controls }, coverage });
    assert.is(confidence, word);
    assert.equal(
      confidence_reasons.map(({ reason }) => reason),
      reasons,
    );
    for (const { text } of confidence_reasons) assert.ok(text.length > 10);
  });
}

test.run();
