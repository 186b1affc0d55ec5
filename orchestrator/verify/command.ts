import { resolve } from 'node:path';
import { exists } from '../core/folder/files.ts';
import { ownerOf } from '../core/folder/lock.ts';
import { CensusError } from '../errors.ts';
import { pipeline } from '../pipeline.ts';
import { findTool } from '../tools/finder.ts';
import { pathText } from '../view/visible.ts';
import { cureOf, type Finding, isDamage } from './finding.ts';
import { type Progress, verifyFolder } from './verify.ts';

const tellMs = 5000;
function lineOf(finding: Finding): string {
  const { told, path, why } = finding;
  const cure = isDamage(finding) ? cureOf(finding) : '';
  return `${told.padEnd(10)} ${pathText(path)} ${why}${cure === '' ? '' : `; ${cure}`}`;
}

function summary(folder: string, { files, bytes }: Progress, counts: Map<string, number>): string {
  const told = ['differs', 'missing', 'unexpected', 'unhashed'].flatMap((word) => {
    const count = counts.get(word) ?? 0;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  const read = `${files} files, ${(bytes / 1e6).toFixed(1)} MB compared`;
  return `${pathText(folder)}: ${read}: ${told.length === 0 ? 'all as they were written' : told.join(', ')}`;
}

/**
 * Compares run folders with their hashes and says of each file what is wrong with it.
 * @param on.damage called when a file differs, is missing or is unexpected
 * @param on.tell hears now and then how far it is, where that takes long
 * @throws CensusError E_RUN_FOLDER for a folder that holds no run, or that a run works in
 */
export async function* verifyLines(
  folders: readonly string[],
  on: { damage: () => void; tell: (line: string) => void },
): AsyncGenerator<string> {
  for (const given of folders) {
    const root = resolve(given);
    if (!(await exists(resolve(root, 'manifest.json'))) && !(await exists(resolve(root, 'raw')))) {
      throw new CensusError('E_RUN_FOLDER', `${root} holds no run`, 'name a run folder, such as runs/lab');
    }
    const owner = await ownerOf(root);
    if (owner !== null) {
      throw new CensusError('E_RUN_FOLDER', `process ${owner} is at work in ${root}`, 'wait for it');
    }
    const progress: Progress = { files: 0, of: 0, bytes: 0 };
    const counts = new Map<string, number>();
    let toldAt = performance.now();
    for await (const finding of verifyFolder(root, pipeline(findTool), progress, () => {
      if (performance.now() - toldAt < tellMs) return;
      toldAt = performance.now();
      on.tell(`  ${given}: ${progress.files} of ${progress.of} files, ${(progress.bytes / 1e9).toFixed(1)} GB`);
    })) {
      counts.set(finding.told, (counts.get(finding.told) ?? 0) + 1);
      if (isDamage(finding)) on.damage();
      yield lineOf(finding);
    }
    yield summary(given, progress, counts);
  }
}
