import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { joinFacts } from '../../../../orchestrator/tools/wget/join.ts';
import { endJournal, spentBefore, spentIn } from '../../../../orchestrator/tools/wget/spent.ts';
import { temporaryFolder } from '../context.ts';

const test = suite('whose join is spent');

const row = (announced: string, decision: string) => {
  const asked = decision === 'asked';
  return `${JSON.stringify({
    ...{ address: '198.18.4.7', port: 80, held_port: 61002, token: '01020304', id: 1, announced, announced_port: 80 },
    ...{ decision, errno: 0, from_address: asked ? '198.18.0.1' : null, from_port: asked ? 61400 : null },
    ...{ began: asked ? '1.000000000' : null, made: asked ? false : null, reset_reason: null },
    ended_by: asked ? 'limit' : null,
  })}\n`;
};

async function stage(files: Record<string, string | Buffer>): Promise<string> {
  const home = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(home, name, '..'), { recursive: true });
    writeFileSync(join(home, name), content);
  }
  return home;
}

const rows = [
  row('10.0.0.1', 'asked'),
  row('10.0.0.2', 'interrupted'),
  row('10.0.0.3', 'here'),
  row('10.0.0.4', 'budget'),
];
const home = await stage({
  '00000/joins.ndjson.gz': gzipSync(`${rows.join('')}{"join_events_lost":2}\n`),
  '00000/joins.journal': '10.0.0.2\n10.0.0.1\n10.0.0.3\n',
  '00001/joins.ndjson': row('2001:db8::1', 'asked'), // of a version without journals
  '00002/other': '',
  '00003.partial/joins.ndjson': row('10.0.0.5', 'asked'),
  '00003.partial/joins.journal': '10.0.0.5\n10.0.0.6\n',
  'input/joins.journal': '10.0.0.9\n',
});
const listed = ({ told, interrupted }: { told: Set<string>; interrupted: Set<string> }) => [
  [...told].sort(),
  [...interrupted].sort(),
];

test('of parts that are whole it is known what became of it; of one that was ended it is not', async () => {
  assert.equal(listed(await spentBefore(join(home, '00003.partial'))), [
    ['10.0.0.1', '10.0.0.3', '2001:db8::1'],
    ['10.0.0.2', '10.0.0.5', '10.0.0.6'],
  ]);
});

test('SYNs of tries that were ended are counted, and announcements that they leave without an answer', async () => {
  assert.equal(listed(await spentIn(join(home, '00000'))), [['10.0.0.1', '10.0.0.3'], ['10.0.0.2']]);
  assert.equal(await joinFacts(join(home, '00000')), { join_syns: 2, joins_interrupted: 1, join_events_lost: 2 });
  assert.equal(await joinFacts(join(home, '00002')), {});
});

test('half a line at the end of a journal is of nobody who was asked', async () => {
  for (const [before, after] of [
    ['10.0.0.1\n10.0.0', '10.0.0.1\n'],
    ['10.0.0.1\n', '10.0.0.1\n'],
    ['10.0', ''],
  ] as const) {
    const folder = await stage({ 'joins.journal': before });
    await endJournal(folder);
    assert.is(readFileSync(join(folder, 'joins.journal'), 'utf8'), after);
  }
  await endJournal(await temporaryFolder());
});

test.run();
