// needs: root
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { skipUnless } from '../../skip.ts';
import { cli, finished, requireOneLine } from './shell.ts';

const test = suite('a disk that takes nothing');

const isRoot = process.getuid?.() === 0;

/** How the disk is made to take nothing, in a mount namespace of its own; what is freed again is `grow`. */
const disks: [says: string, fill: string, grow: string, says: RegExp][] = [
  ['full', 'dd if=/dev/zero of=$M/fill bs=1k 2>/dev/null || true', 'rm $M/fill', /ENOSPC|disk is full/],
  [
    'nearly full',
    'mount -o remount,size=$(($(du -sk $M | cut -f1) + 24))k $M',
    'mount -o remount,size=64m $M',
    // a new run is refused before it asks anybody; one that fills a disk on its way is in test/chaos
    /ENOSPC|disk is full|is on a file system with [\d.]+ k?B left/,
  ],
  [
    'out of inodes, with room for bytes',
    'mount -o remount,nr_inodes=$(($(df --output=iused $M | tail -n 1))) $M',
    'mount -o remount,nr_inodes=9999 $M',
    /no inode is free there \(df -i\)/,
  ],
  ['read-only', 'mount -o remount,ro $M', 'mount -o remount,rw $M', /read-only/],
];

/** Commands that write, each in the place that is spoilt. */
const commands: Readonly<Record<string, string>> = {
  init: 'init $M/x.yaml',
  run: 'run -c $CONFIG $M/new',
  replay: 'replay $M/run',
  purge: 'purge b.example $M/copy',
  judge: 'judge --report $M/judged < test/fixtures/zmap/v0.ndjson',
  site: 'site $FOLDER --out $M/site',
  release: 'release $FOLDER --out $M/release',
};

async function spoilt(fill: string, grow: string) {
  const { config, folder } = await finished();
  const root = mkdtempSync(join(tmpdir(), 'disk-'));
  mkdirSync(join(root, 'mount'));
  const lines = Object.entries(commands).map(
    ([name, words]) => `${cli} ${words} >/dev/null 2>${root}/${name}; echo $? >${root}/${name}.code`,
  );
  const script = `
    export M=${root}/mount CONFIG=${config} FOLDER=${folder}
    mount -t tmpfs -o size=64m tmpfs $M && cp -r ${folder} $M/run && cp -r ${folder} $M/copy || exit 9
    ${fill}
    ${lines.join('\n')}
    ${grow}
    ${cli} run -c $CONFIG $M/new >/dev/null 2>${root}/again; echo $? >${root}/again.code`;
  writeFileSync(join(root, 'script'), script);
  const { exitCode, stderr } = await execa('unshare', ['-m', 'bash', join(root, 'script')], {
    reject: false,
    input: '',
  });
  assert.is(exitCode, 0, stderr);
  const read = (name: string) => readFileSync(join(root, name), 'utf8');
  const ended = (name: string) => ({ stderr: read(name), code: Number(read(`${name}.code`)) });
  return { root, ended };
}

for (const [says, fill, grow, message] of disks) {
  const title = `on a disk that is ${says} each command ends in one line, and a run is completed when that is cured`;
  test(title, async () => {
    if (skipUnless(isRoot, title, 'mounting a file system needs root')) return;
    const { root, ended } = await spoilt(fill, grow);
    for (const name of Object.keys(commands)) {
      const { stderr, code } = ended(name);
      // A few kilobytes hold what these two write.
      if (code === 0 && says === 'nearly full' && /^(init|judge)$/.test(name)) continue;
      const writes = /^(site|release)$/.test(name);
      requireOneLine(stderr, writes ? /./ : message);
      if (writes) assert.match(stderr, `${root}/mount`);
      assert.ok(code === 1 || code === 2, `${name} ended with ${code}`);
    }
    assert.equal([ended('again').code, ended('again').stderr], [0, '']);
  });
}

test.run();
