// needs: root
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { start } from '../../../../orchestrator/core/process/exec.ts';
import { becomeOwner, makeOwnFolder } from '../../../../orchestrator/core/process/owner.ts';
import { skipUnless } from '../../../skip.ts';
import { isRoot } from '../../tools/namespace.ts';
import { makeSite, script } from './site.ts';

const test = suite('core/process/owner');

/** Two users' homes that nobody else may look into, and a folder that is open. */
function homes(): { open: string; theirs: string; others: string } {
  const open = mkdtempSync(join(tmpdir(), 'owner-'));
  chmodSync(open, 0o755);
  const [theirs, others] = [join(open, 'theirs'), join(open, 'others')];
  for (const [path, uid] of [
    [theirs, 65_534],
    [others, 65_533],
  ] as const) {
    mkdirSync(path, { mode: 0o700 });
    chownSync(path, uid, uid);
  }
  return { open, theirs, others };
}

async function idOfChild(folder: string): Promise<string> {
  const process = start(makeSite({ folder }), script('grep ^Uid /proc/self/status'));
  process.closeInput();
  let said = '';
  for await (const line of process.lines()) said += line;
  await process.done;
  return said.replaceAll('\t', ' ');
}

const modeOf = (path: string) => statSync(path).mode & 0o777;

if (!skipUnless(isRoot, 'core/process/owner', 'needs root')) {
  test('root makes a run folder as whom it will belong to, writes as them, and starts programs as them', async () => {
    const { open, theirs, others } = homes();
    try {
      const run = join(theirs, 'runs', 'first');
      await makeOwnFolder(run);
      writeFileSync(join(run, 'file'), '');
      assert.equal(
        [statSync(join(theirs, 'runs')).uid, statSync(run).uid, statSync(join(run, 'file')).uid],
        [65_534, 65_534, 65_534],
      );
      assert.equal([modeOf(run), modeOf(join(run, 'file'))], [0o750, 0o640]);
      assert.throws(() => writeFileSync(join(others, 'file'), ''), /EACCES/);
      assert.throws(() => writeFileSync(join(open, 'file'), ''), /EACCES/);
      assert.is(await idOfChild(run), 'Uid: 65534 65534 65534 65534');
      await becomeOwner(others);
      writeFileSync(join(others, 'file'), '');
      assert.is(await idOfChild(others), 'Uid: 65533 65533 65533 65533');
    } finally {
      await becomeOwner('/');
    }
    writeFileSync(join(open, 'file'), '');
    assert.is(statSync(join(open, 'file')).uid, 0, 'a folder of its own is made as before');
    rmSync(open, { recursive: true });
  });
}

test.run();
