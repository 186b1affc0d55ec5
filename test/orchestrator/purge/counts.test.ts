// runs: behind
import { readFileSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parsePrefix } from '../../../orchestrator/address/ip.ts';
import { Config } from '../../../orchestrator/config/config.ts';
import { filesBelow } from '../../../orchestrator/core/folder/files.ts';
import { RunFolder } from '../../../orchestrator/core/folder/folder.ts';
import { LateOptOuts } from '../../../orchestrator/core/opt-outs/late.ts';
import { purgeFile } from '../../../orchestrator/purge/files.ts';
import { parseParty } from '../../../orchestrator/purge/party.ts';
import { purgePart } from '../../../orchestrator/purge/units.ts';
import { scan } from '../../../orchestrator/stages/scan.ts';
import { findTool } from '../../../orchestrator/tools/finder.ts';
import { zmap } from '../../../orchestrator/tools/zmap/tool.ts';
import { decodeRows } from '../core/part/decoding.ts';
import { makeContext, temporaryFolder } from '../tools/context.ts';
import { fakeZmap } from '../tools/zmap/answering-zmap.ts';

const test = suite('counts of a part that a party is taken out of');

const reply = JSON.parse(
  readFileSync(new URL('../../fixtures/zmap/v1.ndjson', import.meta.url), 'utf8').split('\n')[0] ?? '',
);
const answers = { '198.18.4.1': { passes: [1] }, '198.18.4.5': { passes: [1] }, '198.18.8.1': { passes: [1] } };

interface Asked {
  targets: string[];
  /** At the start, and before the first packet: both are left out by zmap itself. */
  blocked: string[];
  optedOut: string[];
}

/** A measured part in a run folder. */
async function measured({ targets, blocked, optedOut }: Asked) {
  const { within } = await fakeZmap(answers, reply);
  const blocklist = join(await temporaryFolder(), 'blocklist');
  await writeFile(blocklist, `198.18.99.99\n${blocked.join('\n')}\n`);
  const lab = { lab: true, lab_ranges: ['198.18.0.0/15'], targets: { prefixes: ['198.18.0.0/15'] } };
  const config = Config.parse({ ...lab, scan: { versions: [1], blocklist } });
  const rows = targets.map((target) => ({ target }));
  const optOuts = new LateOptOuts([]);
  const context = await makeContext({ rows, config, within, runsAs: 'plug-in', optOuts });
  await optOuts.add(optedOut.flatMap((text) => parsePrefix(text) ?? []));
  await zmap.collect?.(context);
  const folder = new RunFolder(await temporaryFolder());
  const [part, stage] = ['00000', scan(findTool)];
  await mkdir(dirname(folder.raw(stage.name, part)), { recursive: true });
  await cp(context.folder, folder.raw(stage.name, part), { recursive: true });
  await mkdir(dirname(folder.input(stage.name, part)), { recursive: true });
  await writeFile(folder.input(stage.name, part), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const where = { folder, config, stage, tool: zmap, part };
  const counts = async () => (await decodeRows(where)).counts;
  await counts();
  return { where, counts, raw: folder.raw(stage.name, part) };
}

type Measured = Awaited<ReturnType<typeof measured>>;

async function purgeRows({ where }: Measured, party: string, purge: number): Promise<void> {
  await purgePart({ ...where, purge }, parseParty(party));
}

async function purgeReplies({ raw }: Measured, party: string): Promise<void> {
  const files = await filesBelow(raw);
  for (const file of files)
    await purgeFile(join(raw, file), new Set(files.map((path) => basename(path))), parseParty(party));
}

const list = {
  targets: ['198.18.4.1', '198.18.4.2', '198.18.4.5', '198.18.4.6', '198.18.8.1'],
  blocked: [],
  optedOut: ['198.18.4.2', '198.18.4.5'],
};
const prefixes = {
  targets: ['198.18.4.0/29', '198.18.8.0/30'],
  blocked: ['198.18.4.6/31', '198.18.8.3'],
  optedOut: ['198.18.4.2', '198.18.8.2'],
};

const cases: [sentence: string, asked: Asked, parties: string[], counts: object][] = [
  ['nobody', list, [], { answered: 2, failed: { timeout: 1 }, skipped: { opted_out: 2 } }],
  [
    'one that answered',
    list,
    ['198.18.4.1'],
    { answered: 1, failed: { timeout: 1 }, skipped: { opted_out: 2, purged: 1 } },
  ],
  ['one that was silent', list, ['198.18.4.6'], { answered: 2, failed: {}, skipped: { opted_out: 2, purged: 1 } }],
  [
    'one that opted out before its first packet',
    list,
    ['198.18.4.2'],
    { answered: 2, failed: { timeout: 1 }, skipped: { opted_out: 1, purged: 1 } },
  ],
  ['one after the other', list, ['198.18.4.2', '198.18.4.0/29'], { answered: 1, failed: {}, skipped: { purged: 4 } }],
  ['of prefixes: nobody', prefixes, [], { answered: 3, failed: { timeout: 4 }, skipped: { blocked: 3, opted_out: 2 } }],
  [
    'of prefixes: one that answered',
    prefixes,
    ['198.18.4.1'],
    { answered: 2, failed: { timeout: 4 }, skipped: { blocked: 3, opted_out: 2, purged: 1 } },
  ],
  [
    'of prefixes: one that was silent, which says nothing of it that it could be known by',
    prefixes,
    ['198.18.4.3'],
    { answered: 3, failed: { timeout: 4 }, skipped: { blocked: 3, opted_out: 2 } },
  ],
  [
    'of prefixes: one that opted out, in a prefix that is kept',
    prefixes,
    ['198.18.8.2'],
    { answered: 3, failed: { timeout: 4 }, skipped: { blocked: 3, opted_out: 2 } },
  ],
  [
    'of prefixes: all of one, with those whom zmap left out of it',
    prefixes,
    ['198.18.4.0/24'],
    { answered: 1, failed: { timeout: 1 }, skipped: { blocked: 1, opted_out: 1, purged: 8 } },
  ],
  [
    'of prefixes: one address and then all of its prefix',
    prefixes,
    ['198.18.4.5', '198.18.4.0/29'],
    { answered: 1, failed: { timeout: 1 }, skipped: { blocked: 1, opted_out: 1, purged: 8 } },
  ],
  [
    'of prefixes: two addresses one after the other',
    prefixes,
    ['198.18.4.1', '198.18.8.1'],
    { answered: 1, failed: { timeout: 4 }, skipped: { blocked: 3, opted_out: 2, purged: 2 } },
  ],
];
for (const [sentence, asked, parties, due] of cases) {
  test(sentence, async () => {
    const run = await measured(asked);
    for (const [purge, party] of parties.entries()) {
      await purgeRows(run, party, purge);
      await purgeReplies(run, party);
      // Ended here and started again.
      await purgeRows(run, party, purge);
      await purgeReplies(run, party);
      await run.counts();
      await purgeRows(run, party, purge);
    }
    const { units_in, answered, failed, skipped } = await run.counts();
    assert.is(units_in, asked === list ? 5 : 12);
    assert.equal({ answered, failed, skipped }, due);
  });
}

test('an emptied list of those kept back is told from nobody', async () => {
  const run = await measured(list);
  await writeFile(join(run.raw, '80-v1.kept-back.txt'), '');
  const said = await run.counts().then(() => 'nothing', String);
  assert.match(said, '80-v1.kept-back.txt names 0 targets, zmap counted 2');
});

test.run();
