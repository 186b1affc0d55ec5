import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { givenUpAnswer } from '../../../../orchestrator/tools/adns/answer.ts';
import { Health } from '../../../../orchestrator/tools/adns/health.ts';
import type { Settled } from '../../../../orchestrator/tools/adns/open.ts';

const test = suite('adns-health');

/** What became of the question that was asked as the `serial`-th. */
function settled(serial: number, status: string, silent = false): Settled {
  const name = `n${serial}.example`;
  const question = { process: 0, id: serial, name, type: 'A' as const, asked: name, chain: [] };
  const type = status === 'ok' || status === 'nxdomain' ? 'permfail' : 'tempfail';
  const answer = { ...givenUpAnswer(question), status, status_type: type };
  return { question, serial, answer, at: '2026-11-22T10:00:00.000Z', silent };
}

/** o: answered, x: NXDOMAIN, s: SERVFAIL, .: left the window. In the order asked, heard in the order of `heard`. */
function after(word: string, heard = [...word].map((_, serial) => serial)): Health {
  const health = new Health('control-');
  for (const serial of heard) {
    if (word[serial] === '.') health.leaves(serial);
    else health.hear(settled(serial, { o: 'ok', x: 'nxdomain', s: 'rcodeservfail' }[word[serial] ?? ''] ?? ''));
  }
  return health;
}

const runs: [title: string, health: Health, run: number, inDoubt: boolean][] = [
  ['all are answered', after('oooo'), 0, false],
  ['a name that does not exist is an answer', after('oox'), 0, false],
  ['the last three are silent', after('oo...'), 3, false],
  ['silent ones before the last answer do not count', after(`${'.'.repeat(30)}o`), 0, false],
  ['an answer to an earlier question says nothing of later ones', after('o..', [1, 2, 0]), 2, false],
  ['twenty are silent', after(`o${'.'.repeat(20)}`), 20, true],
  ['nineteen are silent', after(`o${'.'.repeat(19)}`), 19, false],
  ['twenty fail', after(`o${'s'.repeat(20)}`), 20, true],
  ['some fail and some are silent', after(`o${'s.'.repeat(10)}`), 20, true],
];
for (const [title, health, run, inDoubt] of runs) {
  test(title, () => {
    assert.is(health.run, run);
    assert.is(health.inDoubt, inDoubt);
  });
}

test('a question that was silent and then fails counts once', () => {
  const health = after('o.');
  health.hear(settled(1, 'rcodeservfail', true));
  assert.is(health.run, 1);
});

test('few silent names are checked by names that were answered, many by names that no cache has', () => {
  const few = after('ooooo..').controls();
  assert.equal(
    few.known.map(({ asked }) => asked),
    ['n2.example', 'n3.example', 'n4.example'],
  );
  assert.equal(few.fresh, []);
  const many = after(`o${'.'.repeat(20)}`).controls();
  assert.equal([many.known.length, many.fresh.length], [1, 1]);
  assert.match(many.fresh[0]?.asked ?? '', /^control-\d+\.n0\.example$/);
});

test('without any answer so far the control is a name of its own', () => {
  const { known, fresh } = after('..').controls();
  assert.equal(known, []);
  assert.match(fresh[0]?.asked ?? '', /^control-\d+$/);
});

test('after a false alarm it takes twice as many silent names', () => {
  const health = after(`o${'.'.repeat(20)}`);
  health.reassure(21);
  for (let serial = 21; serial < 60; serial++) health.leaves(serial);
  assert.is(health.inDoubt, false);
  health.leaves(60);
  assert.is(health.inDoubt, true);
});

test.run();
