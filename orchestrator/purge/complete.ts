import { join } from 'node:path';
import { exists } from '../core/folder/files.ts';
import { type Manifest, schemaVersion } from '../core/folder/manifest.ts';
import type { Stage } from '../core/stage.ts';
import { CensusError } from '../errors.ts';

/** @throws CensusError E_RUN_FOLDER for a run that is not complete: what it still measures could bring the party back */
export function requireComplete<C>(root: string, manifest: Manifest, stages: readonly Stage<C>[]): void {
  // Those without parts are made again here: a purge that was ended may have left one of them under way.
  const open = stages.some(({ kind, name }) => kind === 'parts' && manifest.stages[name]?.status === 'running');
  if (manifest.finished_at !== null && !open && manifest.schema_version === schemaVersion) return;
  throw new CensusError(
    'E_RUN_FOLDER',
    `${root} is not a complete run of this version`,
    'add the party to the blocklist and complete the run first: mptcp-census run; or remove the whole folder',
  );
}

/**
 * Records are made again from raw files without the party: where those were removed, to save room say, the party would stay in them.
 * @throws CensusError E_RUN_FOLDER naming the first folder that is gone
 */
export async function requireRaw<C>(root: string, manifest: Manifest, stages: readonly Stage<C>[]): Promise<void> {
  for (const { kind, name } of stages) {
    const parts = Object.entries(manifest.stages[name]?.parts ?? {});
    if (kind !== 'parts' || parts.length === 0) continue;
    const measured = parts.filter(([, { raw_sha256 }]) => Object.keys(raw_sha256).length > 0);
    for (const path of [join('raw', name, 'input', 'cut.json'), ...measured.map(([part]) => join('raw', name, part))]) {
      if (await exists(join(root, path))) continue;
      throw new CensusError(
        'E_RUN_FOLDER',
        `${join(root, path)} is gone: the records of ${name} cannot be made again without the party`,
        'put it back from a copy; or remove the whole run folder, which leaves nothing of the party',
      );
    }
  }
}
