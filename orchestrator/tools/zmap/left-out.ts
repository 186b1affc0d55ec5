import { join } from 'node:path';
import { readEntries } from '../../address/blocklist.ts';
import { PrefixSet } from '../../address/prefix-set.ts';
import { rawExists, rawText } from '../../core/folder/raw-files.ts';
import type { LeftOut } from '../../core/opt-outs/left-out.ts';
import { passesOf } from './facts.ts';
import { keptBack } from './metadata.ts';
import { targetFiles } from './targets.ts';

/** Whom zmap's blocklist took out of prefixes, and whom the plug-in kept back in each first pass. */
export async function zmapLeftOut(folder: string): Promise<LeftOut> {
  const blocklist = join(folder, targetFiles[4].blocklist);
  const blocked = (await rawExists(blocklist)) ? readEntries(await rawText(blocklist)).prefixes : [];
  const optedOut: string[] = [];
  for (const { name, isFirst, metadata } of await passesOf(folder)) {
    if (isFirst) optedOut.push(...((await keptBack(folder, name, metadata.opted_out)) ?? []));
  }
  return { blocked: new PrefixSet(blocked), optedOut };
}
