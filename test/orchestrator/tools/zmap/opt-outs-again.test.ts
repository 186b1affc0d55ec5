import { readFileSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { parsePrefix } from '../../../../orchestrator/address/ip.ts';
import { Config } from '../../../../orchestrator/config/config.ts';
import { RunFolder } from '../../../../orchestrator/core/folder/folder.ts';
import { LateOptOuts } from '../../../../orchestrator/core/opt-outs/late.ts';
import type { ScanTarget } from '../../../../orchestrator/roles.ts';
import { scan } from '../../../../orchestrator/stages/scan.ts';
import { findTool } from '../../../../orchestrator/tools/finder.ts';
import { zmapProgram } from '../../../../orchestrator/tools/zmap/program.ts';
import { zmap } from '../../../../orchestrator/tools/zmap/tool.ts';
import { decodeRows } from '../../core/part/decoding.ts';
import { makeContext, temporaryFolder } from '../context.ts';
import { type Answers, fakeZmap } from './answering-zmap.ts';

const test = suite('an opt-out while what was silent is asked again');

const fixture = new URL('../../../fixtures/zmap/v1.ndjson', import.meta.url);
const reply = JSON.parse(readFileSync(fixture, 'utf8').split('\n')[0] ?? '');

type Moment = 'before pass 1' | 'after pass 1' | 'before pass 2';

/** Collects a part of which somebody opts out at a moment: `before` a pass, its lists are made and its zmap has not begun. */
async function ask(targets: string[], answers: Answers, optOut: { at: Moment; who: string }) {
  const { within, asked } = await fakeZmap(answers, reply);
  const lab = { lab: true, lab_ranges: ['198.18.0.0/15', '2001:db8::/32'], targets: { list: 'x' } };
  const config = Config.parse({ ...lab, scan: { versions: [1] } });
  const rows: ScanTarget[] = targets.map((target) => ({ target }));
  const optOuts = new LateOptOuts([]);
  const context = await makeContext({ rows, config, within, runsAs: 'plug-in', optOuts });
  let pass = 0;
  const saveAt = async (moment: string) => {
    if (moment === optOut.at) await optOuts.add([optOut.who].flatMap((text) => parsePrefix(text) ?? []));
  };
  await zmap.collect?.({
    ...context,
    exec: async (command) => {
      if (command.program !== zmapProgram) return await context.exec(command);
      pass += 1;
      await saveAt(`before pass ${pass}`);
      const done = await context.exec(command);
      await saveAt(`after pass ${pass}`);
      return done;
    },
  });
  const Asked = z.array(z.string());
  const sent = readFileSync(asked, 'utf8').split('\n').filter(Boolean);
  return { context, rows, sent: sent.map((line) => Asked.parse(JSON.parse(line))) };
}

/** What the stage counts of such a part. */
async function countsOf({ context, rows }: Awaited<ReturnType<typeof ask>>) {
  const folder = new RunFolder(await temporaryFolder());
  await mkdir(folder.raw('scan', '00000'), { recursive: true });
  await cp(context.folder, folder.raw('scan', '00000'), { recursive: true });
  await mkdir(dirname(folder.input('scan', '00000')), { recursive: true });
  await writeFile(folder.input('scan', '00000'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return (await decodeRows({ stage: scan(findTool), tool: zmap, folder, config: context.config })).counts;
}

const [one, two, three] = ['198.18.4.1', '198.18.4.2', '198.18.4.3'];
const answers = { [one]: { passes: [1] }, [two]: { passes: [2] }, [three]: { passes: [1, 2] } };
const silent = { [one]: { passes: [1] }, [two]: { passes: [2] } };

interface Due {
  sent: string[][];
  facts: (number | undefined)[];
  failed: Record<string, number>;
  skipped: Record<string, number>;
}

const cases: [sentence: string, at: Moment, answers: Answers, due: Due][] = [
  [
    'before the first SYN is sent nothing in either pass, and is one unit that opted out',
    'before pass 1',
    answers,
    { sent: [[one, two], [two]], facts: [3, 1, 1, 1], failed: {}, skipped: { opted_out: 1 } },
  ],
  [
    'between the passes is not asked again, and was silent',
    'after pass 1',
    silent,
    { sent: [[one, two, three], [two]], facts: [4, 1, undefined, undefined], failed: { timeout: 1 }, skipped: {} },
  ],
  [
    'when the second pass has its list is kept back by the plug-in, and was silent',
    'before pass 2',
    silent,
    { sent: [[one, two, three], [two]], facts: [4, 1, undefined, 1], failed: { timeout: 1 }, skipped: {} },
  ],
];
for (const [sentence, at, given, due] of cases) {
  test(`who opts out ${sentence}`, async () => {
    const done = await ask([one, two, three], given, { at, who: three });
    assert.equal(done.sent, due.sent);
    const facts = (await zmap.facts?.(done.context.folder)) ?? {};
    const { targets_sent, targets_asked_again, units_opted_out, packets_opted_out } = facts;
    assert.equal([targets_sent, targets_asked_again, units_opted_out, packets_opted_out], due.facts);
    const counts = await countsOf(done);
    assert.equal([counts.units_in, counts.answered, counts.failed, counts.skipped], [3, 2, due.failed, due.skipped]);
  });
}

test('a second pass of those alone who opted out since the first is none', async () => {
  const { sent } = await ask([one, three], silent, { at: 'after pass 1', who: '198.18.4.2/31' });
  assert.equal(sent, [[one, three]]);
});

test('of a prefix who opted out since is not on the list of the second pass', async () => {
  const { context } = await ask(['198.18.4.0/29'], {}, { at: 'after pass 1', who: '198.18.4.2/31' });
  const list = readFileSync(join(context.folder, '80-v1-pass2.targets.txt'), 'utf8');
  assert.equal(list.split('\n').filter(Boolean), ['198.18.4.0/31', '198.18.4.4/30']);
});

test('of IPv6 targets neither, and the others keep their numbers', async () => {
  const targets = ['2001:db8::5', '2001:db8::6', '2001:db8::7', '2001:db8::9'];
  const { context } = await ask(targets, {}, { at: 'after pass 1', who: '2001:db8::6/127' });
  const list = readFileSync(join(context.folder, '80-v1-ipv6-pass2.targets.txt'), 'utf8');
  assert.equal(list.split('\n').filter(Boolean), ['240.0.0.0/32', '240.0.0.3/32']);
});

test.run();
