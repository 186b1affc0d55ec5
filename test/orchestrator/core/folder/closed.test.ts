// needs: root
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { exists, filesBelow, sha256Of } from '../../../../orchestrator/core/folder/files.ts';
import { hasFinishedParts } from '../../../../orchestrator/core/folder/finished.ts';
import { RunFolder } from '../../../../orchestrator/core/folder/folder.ts';
import { readManifest } from '../../../../orchestrator/core/folder/manifest.ts';
import { compareStart } from '../../../../orchestrator/core/folder/open-run.ts';
import { requireUntaken } from '../../../../orchestrator/verify/own-folder.ts';
import { verify } from '../../verify/whole-run.ts';
import { emptyManifest } from '../toy.ts';

const test = suite('a folder that is closed to whoever reads it');

const root = mkdtempSync(join(tmpdir(), 'closed-'));
chmodSync(root, 0o755);
const closed = join(root, 'run');
mkdirSync(join(closed, 'targets'), { recursive: true });
for (const name of ['manifest.json', 'list.csv', 'targets/00000.parquet']) writeFileSync(join(closed, name), '{}');
chmodSync(closed, 0o700);
const folder = new RunFolder(closed);

/** What somebody else comes to; any but root will do. */
async function asSomebody<T>(work: () => Promise<T>): Promise<T> {
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

const looks: [title: string, look: () => Promise<unknown>][] = [
  ['that it holds no run', () => readManifest(closed)],
  ['that a file is not there', () => exists(join(closed, 'list.csv'))],
  ['that it holds no file', () => filesBelow(join(closed, 'targets'))],
  ['that no part is finished', () => hasFinishedParts(folder, 'targets', undefined)],
  ['that nothing in it would be replaced', () => requireUntaken(closed, [])],
];
for (const [title, look] of looks) {
  test(`is not taken for one of which it can be said ${title}`, async () => {
    const error = await asSomebody(look).catch((thrown: unknown) => thrown);
    assert.match(String(error), `EACCES: permission denied, `);
  });
}

test('an input in it is said to be closed, and not to be missing', async () => {
  const stages = [{ name: 'targets', enabled: true, inputs: [join(closed, 'list.csv')] }];
  const stored = (config: Record<string, unknown>) => ({ config, blocklist: null, stages: [] });
  const start = {
    folder: join(root, 'new'),
    name: 'new',
    config: {},
    stages,
    optOuts: null,
    stored,
    mayChange: () => null,
  };
  const error = await asSomebody(() => compareStart(start)).catch((thrown: unknown) => thrown);
  assert.match(String(error), 'list.csv cannot be read: EACCES: permission denied');
});

test('an input of a run in it is told by verify, which goes on', async () => {
  const open = mkdtempSync(join(root, 'open-'));
  chmodSync(open, 0o755);
  const list = join(closed, 'list.csv');
  const inputs = { [list]: { sha256: sha256Of('{}'), bytes: 2 } };
  writeFileSync(join(open, 'manifest.json'), JSON.stringify({ ...emptyManifest(), inputs }));
  const findings = await asSomebody(() => verify(open));
  assert.equal(
    findings.filter(({ told }) => told === 'outside').map(({ path, why }) => [path, why.replace(/, stat.*/, '')]),
    [[list, 'cannot be compared, and a replay needs it: EACCES: permission denied']],
  );
});

test.run();
