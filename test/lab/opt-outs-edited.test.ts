// needs: root
// takes: long
// runs: apart: whoever opted out may be sent packets for a second or two: a sender that is starved is late
import { mkdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inLab } from '../zmap-module/lab.ts';
import { addServers, census, late, rereadMs, type Save } from './saving.ts';

const test = suite('a blocklist that is edited while a scan sends');

/** Long enough for the file to be read as it is meanwhile. */
const aWhile = 1.5 * rereadMs;

/** What editors and people do to a file. Only the first has what was there before. */
const edits: [name: string, save: NonNullable<Save['save']>][] = [
  [
    'sed -i puts another file in its place',
    async (path, lines) => void (await execa('sed', ['-i', `1i ${lines.trim()}`, path])),
  ],
  [
    'emptied, and written by halves: the last line has no end',
    async (path, lines) => {
      await truncate(path);
      await setTimeout(aWhile);
      await writeFile(path, `\ufeff198.18.\r\nnobody\r\n${lines.trim()}`);
    },
  ],
  [
    'gone, and back as a link to another file',
    async (path, lines) => {
      await rm(path);
      await setTimeout(aWhile);
      await writeFile(`${path}.2`, lines);
      await symlink(`${path}.2`, path);
    },
  ],
  [
    'the link is swapped for one that leads nowhere, then for a folder, then for a file of an older time',
    async (path, lines) => {
      await rm(path);
      await symlink('/nonexistent', path);
      await setTimeout(aWhile);
      await rm(path);
      await mkdir(path);
      await setTimeout(aWhile);
      await rm(path, { recursive: true });
      await writeFile(`${path}.3`, lines);
      await execa('touch', ['-d', '1971-01-01', `${path}.3`]);
      await rename(`${path}.3`, path);
    },
  ],
];

test('nobody who was ever in it is probed again, whatever becomes of the file', () =>
  inLab('edited', async (lab) => {
    await addServers(lab);
    const saves = edits.map(([, save], n) => ({
      ...{ stage: 'scan', packets: 300, save },
      prefixes: [`198.18.${n % 3}.${128 + 32 * Math.floor(n / 3)}/27`, '2001:db8::/32'].slice(0, n === 0 ? 1 : 2),
    }));
    const { seen, saved, manifest, said } = await census(lab, { scan: { rate: 100 } }, saves);
    assert.is(saved.length, edits.length, said);
    for (const [n, one] of saved.entries()) assert.equal(late(seen, one), [], `${edits[n]?.[0]}\n${said}`);
    const last = saved.at(-1)?.at ?? 0;
    assert.ok(seen.filter(({ at }) => at > last + 2 * rereadMs).length > 100, 'the scan went on long after the last');
    const rereads = manifest.starts[0]?.rereads ?? [];
    assert.ok(rereads.length >= edits.length, said);
    assert.is(rereads.at(-1)?.prefixes, 1 + edits.length + 1, said);
    assert.match(said, /^opt-outs +1 more.*\n(.*\n)*opt-outs +.*cannot be read: ENOENT.*the last one holds/m);
    assert.match(said, 'is not a plain file; the last one holds');
    assert.ok((manifest.stages.scan?.counts?.skipped.opted_out ?? 0) > 50, said);
  }));

test.run();
