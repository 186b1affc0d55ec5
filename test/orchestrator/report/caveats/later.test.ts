import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isLater, laterNotices, laterSentence } from '../../../../orchestrator/report/caveats/later.ts';
import type { StageFacts } from '../../../../orchestrator/report/facts.ts';

const test = suite('report/later');

function stage(name: string, from: string, to: string): StageFacts {
  return { stage: name, unit: 'address', tool: 'own', counts: null, measured: { from, to } };
}
const scan = stage('scan', '2026-11-01T00:00:00Z', '2026-11-02T12:00:00Z');

/** Times of the stage os beside a scan that ended at noon of the second. */
const cases: [title: string, from: string, to: string, says: string, later: boolean][] = [
  ['at once', '2026-11-02T12:00:01Z', '2026-11-02T13:00:00Z', '', false],
  ['before a day is over', '2026-11-02T13:00:00Z', '2026-11-03T11:59:59Z', '', false],
  ['for days on end', '2026-11-02T13:00:00Z', '2026-11-05T13:00:00Z', 'up to 3 days', false],
  ['after exactly a day', '2026-11-03T12:00:00Z', '2026-11-03T13:00:00Z', '1 day', true],
  ['twenty days later', '2026-11-22T20:00:00Z', '2026-11-23T11:00:00Z', '20 days', true],
  ['in parts', '2026-11-04T12:00:00Z', '2026-11-22T12:00:00Z', '2 to 20 days', true],
];
for (const [title, from, to, says, later] of cases) {
  test(`a stage that asked ${title}: "${says}"`, () => {
    const stages = [scan, stage('os', from, to)];
    const words = `perating systems were asked ${says} after the scan`;
    assert.is(laterSentence(stages, 'os'), says === '' ? '' : ` O${words}.`);
    assert.equal(
      laterNotices(stages).map((notice) => [notice.stage, notice.text.split(';')[0], notice.lost]),
      says === '' ? [] : [['os', `o${words}`, false]],
    );
    assert.is(isLater(stages, 'os'), later);
  });
}

test('nothing is said where a time is not known, or of stages that come before the scan', () => {
  const os = stage('os', '2026-12-01T00:00:00Z', '2026-12-01T00:00:00Z');
  assert.equal(laterNotices([os]), [], 'no scan');
  assert.equal(laterNotices([{ ...scan, measured: null }, os]), []);
  assert.equal(laterNotices([scan, { ...os, measured: null }]), []);
  assert.equal(laterNotices([scan, { ...os, stage: 'resolve' }]), []);
});

test('each stage that comes with a date of its own has words of its own', () => {
  const texts = ['handshake', 'asn', 'whois', 'geo', 'os', 'path'].map((name) =>
    laterSentence([scan, stage(name, '2026-12-01T00:00:00Z', '2026-12-01T00:00:00Z')], name),
  );
  assert.is(new Set(texts).size, 6);
  for (const text of texts) assert.match(text, / 28 days after the scan\.$/);
});

test.run();
