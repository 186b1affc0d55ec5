import { join } from 'node:path';
import { readBlocklist } from '../../address/blocklist.ts';
import { reachedSet } from '../../address/forms.ts';
import { formatPrefix, type Prefix } from '../../address/ip.ts';
import { CensusError } from '../../errors.ts';
import { exists, sha256File, sha256Of, writeWhole } from './files.ts';
import type { Manifest, OptOutsEntry } from './manifest.ts';

/** A blocklist as it was read for this start. */
export interface OptOuts {
  path: string;
  bytes: Buffer;
  prefixes: Prefix[];
}

/** Keeps a blocklist in the run folder under the name of its content. */
export async function keepOptOuts(folder: string, { path, bytes, prefixes }: OptOuts): Promise<OptOutsEntry> {
  const sha256 = sha256Of(bytes);
  const copy = join('blocklists', `${sha256}.conf`);
  if (!(await exists(join(folder, copy)))) await writeWhole(join(folder, copy), bytes);
  return { from: path, copy, sha256, prefixes: prefixes.length };
}

/** What held last: that of the last start, or of the last time that the blocklist was read again. */
export function lastOptOuts({ starts }: Manifest): OptOutsEntry | null {
  const start = starts.at(-1);
  return start?.rereads.at(-1) ?? start?.blocklist ?? null;
}

/** The opt-outs that held last, out of the run folder. */
async function keptPrefixes(folder: string, { copy, sha256 }: OptOutsEntry): Promise<Prefix[]> {
  const path = join(folder, copy);
  if ((await exists(path)) && (await sha256File(path)) === sha256) return readBlocklist(path).prefixes;
  const hint =
    'put it back: without it nobody can say whether an opt-out was dropped; or start a run under another name';
  throw new CensusError('E_RUN_FOLDER', `${path} is not the blocklist that the run kept there`, hint);
}

/**
 * Opt-outs may be added to a started run, and none may be dropped. Sets are compared: order, comments and notation are free.
 * @param legacy path of the blocklist in a manifest that keeps no copy of it
 * @throws CensusError E_RUN_FOLDER naming the first prefix that is no longer covered
 */
export async function requireAllOptOuts(
  folder: string,
  before: Manifest,
  legacy: string | null,
  now: OptOuts | null,
): Promise<void> {
  const kept = lastOptOuts(before);
  const hashed = legacy === null ? undefined : before.inputs[legacy];
  if (kept === null && hashed !== undefined) {
    if (now !== null && sha256Of(now.bytes) === hashed.sha256) return;
    const hint = 'resume once with the blocklist as it was: from then on the run keeps it, and opt-outs may be added';
    throw new CensusError('E_RUN_FOLDER', `${legacy} is not what the run began with, sha256 ${hashed.sha256}`, hint);
  }
  if (kept === null) return;
  const held = reachedSet(now?.prefixes ?? []);
  const dropped = (await keptPrefixes(folder, kept)).find((prefix) => !held.covers(prefix));
  if (dropped === undefined) return;
  throw new CensusError(
    'E_RUN_FOLDER',
    `${now?.path ?? 'no blocklist'} does not cover ${formatPrefix(dropped)}, which opted out before (${join(folder, kept.copy)})`,
    'a started run takes more opt-outs and drops none; add the prefix, or start a run under another name',
  );
}
