import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import { noCounts } from '../../../../orchestrator/core/folder/entries.ts';
import { confirmCanary, drawnCanary, scanCanary } from '../../../../orchestrator/stages/units/scan-canary.ts';

const test = suite('what ends a scan after its first units');

const lab = { lab: true, lab_ranges: ['198.18.0.0/15'], targets: { list: 'x' } };
const open = { contact: 'scan@example.org', targets: { list: 'x' } };
const config = (canary: unknown) => Config.parse({ ...lab, scan: { canary } });

/** An entry of a part of 1,000 units. */
function entry(answered: number, facts: Record<string, number>) {
  const counts = { ...noCounts(), units_in: 1000, answered, failed: { timeout: 1000 - answered } };
  const none = { raw_sha256: {}, packed_sha256: {}, unknown_fields: {}, commands: [] };
  const sha256 = { input_sha256: '', output_sha256: '', records_sha256: '', rejects_sha256: '' };
  return { ...none, ...sha256, started_at: '', ended_at: '', counts, facts };
}

const sent = { targets_sent: 2000, send_failures: 0, packets_received: 1900, receive_drops: 0 };
const cases: [
  sentence: string,
  answered: number,
  facts: Record<string, number>,
  canary: object,
  objection: RegExp | null,
][] = [
  ['all is well', 950, sent, {}, null],
  ['few answer, as in a prefix', 2, sent, {}, null],
  ['nobody answers', 0, sent, {}, /^0 of 1000 units answered, less than scan\.canary\.least_answered$/],
  ['nobody need answer', 0, sent, { least_answered: 0 }, null],
  [
    'packets do not leave',
    950,
    { ...sent, send_failures: 30 },
    {},
    /^1\.48 % of the packets did not leave this machine/,
  ],
  ['few do not', 950, { ...sent, send_failures: 10 }, {}, null],
  [
    'answers are lost here',
    950,
    { ...sent, receive_drops: 40 },
    {},
    /^2\.06 % of the packets that came were lost here/,
  ],
  ['more may be lost', 950, { ...sent, receive_drops: 40 }, { most_lost: 0.05 }, null],
  ['networks prohibit it', 900, { ...sent, prohibited: 60 }, {}, /^ICMP says of 6\.00 % of the units/],
  ['some do', 900, { ...sent, prohibited: 50 }, {}, null],
  ['a prober that says nothing of its packets', 950, {}, {}, null],
];
for (const [sentence, answered, facts, canary, objection] of cases) {
  test(sentence, () => {
    const said = scanCanary.objection(entry(answered, facts), config(canary));
    if (objection === null) assert.is(said, null);
    else assert.match(said ?? '', objection);
  });
}

test('a scan outside the lab begins with a hundredth, one in the lab with all', () => {
  assert.is(scanCanary.share(Config.parse(open)), 0.01);
  assert.is(scanCanary.share(config(null)), 0);
  assert.is(scanCanary.share(config(false)), 0);
  assert.is(scanCanary.share(config({ share: 0.2 })), 0.2);
});

test('what the first units answered decides whether the disk has room for the rest of a scan, and of no other stage', async () => {
  const rest = (units: number) => ({
    units,
    folder: '/tmp',
    config: Config.parse({ targets: { prefixes: ['9.0.0.0/8'] } }),
  });
  await scanCanary.requireRest?.(entry(950, sent), rest(10));
  await scanCanary.requireRest?.(entry(0, sent), rest(1e15));
  const said = await scanCanary.requireRest?.(entry(950, sent), rest(1e15)).catch(String);
  assert.match(String(said), 'if 95 % of the probes are answered');
  for (const other of [drawnCanary, confirmCanary]) assert.is(other.requireRest, undefined);
});

test.run();
