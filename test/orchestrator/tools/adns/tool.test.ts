// needs: root
import { writeFile } from 'node:fs/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import { Reject } from '../../../../orchestrator/core/tool.ts';
import type { Question } from '../../../../orchestrator/roles.ts';
import { ResolveRecord } from '../../../../orchestrator/schemas/records/resolve.ts';
import { adns } from '../../../../orchestrator/tools/adns/tool.ts';
import { skipUnless } from '../../../skip.ts';
import { decodeAll, makeContext } from '../context.ts';
import { isRoot } from '../namespace.ts';
import type { Zone } from './dns-server.ts';
import { withResolver } from './resolver.ts';

const adnsTool = suite('adns');
const fixtures = new URL('../../../fixtures/adns/', import.meta.url);

/** links(n): n aliases on the way to plain.example, the name being c<n>.example. */
const links: Zone = Object.fromEntries(
  Array.from({ length: 9 }, (_, n) => [`c${n + 1}.example`, { CNAME: n === 0 ? 'plain.example' : `c${n}.example` }]),
);
const zone: Zone = {
  ...links,
  'plain.example': { A: ['198.18.0.9', '198.18.0.1'], AAAA: ['2001:db8::1'] },
  'v4only.example': { A: ['198.18.0.5'] },
  '-rf.example': { A: ['198.18.0.3'] },
  '_srv.example': { A: ['198.18.0.4'] },
  'to-under.example': { CNAME: '_srv.example' },
  'loop-a.example': { CNAME: 'loop-b.example' },
  'loop-b.example': { CNAME: 'loop-a.example' },
  'self.example': { CNAME: 'self.example' },
  'to-nothing.example': { CNAME: 'nothing.example' },
  'two-to-nothing.example': { CNAME: 'to-nothing.example' },
  'odd.example': { CNAME: 'a b"c$;(\\x.example' },
  'two-to-odd.example': { CNAME: 'odd.example' },
  'a b"c$;(\\x.example': { A: ['198.18.0.7'] },
  'upper.example': { CNAME: 'Plain.EXAMPLE' },
  'Plain.EXAMPLE': { A: ['198.18.0.8'] },
  'fail.example': { rcode: 2 },
  'refused.example': { rcode: 5 },
};

type Case = [question: string, addresses: string[], chain: string, status: string, failure: string | null];
const both = ['198.18.0.1', '198.18.0.9'];
const cases: Case[] = [
  ['plain.example A', both, '', 'ok', null],
  ['plain.example AAAA', ['2001:db8::1'], '', 'ok', null],
  ['v4only.example AAAA', [], '', 'nodata', 'no_data'],
  ['-rf.example A', ['198.18.0.3'], '', 'ok', null],
  ['_srv.example A', ['198.18.0.4'], '', 'ok', null],
  ['to-under.example A', ['198.18.0.4'], '_srv', 'ok', null],
  ['c1.example A', both, 'plain', 'ok', null],
  ['c2.example A', both, 'c1 plain', 'ok', null],
  ['c2.example AAAA', ['2001:db8::1'], 'c1 plain', 'ok', null],
  ['c5.example A', both, 'c4 c3 c2 c1 plain', 'ok', null],
  ['c8.example A', both, 'c7 c6 c5 c4 c3 c2 c1 plain', 'ok', null],
  ['c9.example A', [], 'c8 c7 c6 c5 c4 c3 c2 c1', 'prohibitedcname', 'rejected'],
  ['loop-a.example A', [], 'loop-b loop-a', 'prohibitedcname', 'rejected'],
  ['self.example A', [], 'self', 'prohibitedcname', 'rejected'],
  ['to-nothing.example A', [], 'nothing', 'nxdomain', 'no_data'],
  ['two-to-nothing.example A', [], 'to-nothing nothing', 'nxdomain', 'no_data'],
  ['two-to-odd.example A', ['198.18.0.7'], 'odd a\\040b\\"c\\$\\;\\(\\\\x', 'ok', null],
  ['upper.example A', ['198.18.0.8'], 'plain', 'ok', null],
  ['nothing.example A', [], '', 'nxdomain', 'no_data'],
  ['fail.example A', [], '', 'rcodeservfail', 'not_returned'],
  ['refused.example A', [], '', 'rcoderefused', 'refused'],
];
const questions: Question[] = cases.map(([question]) => {
  const [name = '', type] = question.split(' ');
  return { name, type: type === 'AAAA' ? 'AAAA' : 'A' };
});

function shown({ name, type, addresses, chain, status, failure }: ResolveRecord): Case {
  return [
    `${name} ${type}`,
    addresses,
    chain.map((alias) => alias.replace(/\.example$/, '')).join(' '),
    status,
    failure,
  ];
}

function configOf(resolvers: string[], window: number) {
  return Config.parse({ targets: { list: 'names.txt' }, resolve: { resolvers, window } });
}

adnsTool('a recorded conversation gives one record per unit, in the order of the questions', async () => {
  const context = await makeContext({ rows: questions, config: configOf([], 500), folder: fixtures.pathname });
  const { records, rejects } = await decodeAll(adns, context);
  assert.equal(records.map(shown), cases);
  assert.equal(rejects, []);
  for (const record of records) ResolveRecord.parse(record);
});

adnsTool('a line that is no answer is rejected with its text, and the unit without answer too', async () => {
  const context = await makeContext({ rows: [], config: configOf([], 500) });
  const questionLine = '{"id":0,"name":"a.example","type":"A","asked":"a.example","chain":[]}\n';
  await writeFile(`${context.folder}/questions.ndjson`, questionLine);
  await writeFile(`${context.folder}/answers.txt`, 'Segmentation fault\n');
  const { records, rejects } = await decodeAll(adns, context);
  assert.equal(records, []);
  assert.equal(
    rejects.map(({ line }) => line),
    ['Segmentation fault', null],
  );
});

for (const window of [1, 3, 500]) {
  adnsTool(`the real program resolves every case with ${window} in flight`, async () => {
    if (skipUnless(isRoot, `adns, window ${window}`, 'network namespaces need root')) return;
    await withResolver(zone, async (within) => {
      const context = await makeContext({ rows: questions, config: configOf(['127.0.0.1'], window), within });
      await adns.collect?.(context);
      const { records, rejects } = await decodeAll(adns, context);
      assert.equal(records.map(shown), cases);
      assert.equal(rejects, []);
      assert.is(context.progressed.at(-1), cases.length);
    });
  });
}

adnsTool('3,000 names, every third behind four aliases, are all answered', async () => {
  if (skipUnless(isRoot, 'adns, 3,000 names', 'network namespaces need root')) return;
  const many: Zone = Object.fromEntries(
    Array.from({ length: 3000 }, (_, n) => [
      `n${n}.example`,
      n % 3 === 0 ? { CNAME: 'c3.example' } : { A: [`198.18.${n >> 8}.${n & 255}`] },
    ]),
  );
  const rows: Question[] = Object.keys(many).map((name) => ({ name, type: 'A' }));
  await withResolver({ ...links, 'plain.example': { A: ['198.18.0.1'] }, ...many }, async (within) => {
    const context = await makeContext({ rows, config: configOf(['127.0.0.1'], 200), within });
    await adns.collect?.(context);
    const { records } = await decodeAll(adns, context);
    assert.is(records.length, 3000);
    for (const [n, { name, addresses, chain }] of records.entries()) {
      assert.is(name, `n${n}.example`);
      assert.equal(addresses, [n % 3 === 0 ? '198.18.0.1' : `198.18.${n >> 8}.${n & 255}`]);
      assert.is(chain.length, n % 3 === 0 ? 4 : 0);
    }
  });
});

adnsTool('the real program refuses a resolver that is no address', async () => {
  const { resolve, ...rest } = configOf([], 2);
  // A configuration of an earlier version may hold one: today's is refused when it is read.
  const config = { ...rest, resolve: { ...resolve, resolvers: ['resolver.example'] } };
  const context = await makeContext({ rows: questions, config });
  try {
    await adns.collect?.(context);
    assert.unreachable('it went through');
  } catch (error) {
    assert.match(String(error), /adnshost exited with 10[\s\S]*invalid nameserver address/);
  }
});

adnsTool(
  'a question that this machine could not ask is a reject, not a record that says something of the name',
  async () => {
    const context = await makeContext({ rows: [], config: Config.parse({ targets: { list: 'names.txt' } }) });
    const outcome = { status_type: 'localfail', status_code: 1, status: 'nomemory', text: 'Out of memory' };
    const answer = { id: 0, owner: 'a.example', ttl: null, cname: null, records: [], ...outcome };
    const record = adns.toRecord({ name: 'a.example', type: 'A', answers: [answer], at: null }, context);
    assert.instance(record, Reject);
    assert.match(record instanceof Reject ? record.reason : '', 'not asked by this machine: nomemory');
  },
);

adnsTool.run();
