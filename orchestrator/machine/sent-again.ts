import { sumOf as sumOfStages, synsPerAddress } from '../config/budget.ts';
import type { Config } from '../config/config.ts';
import type { Manifest } from '../core/folder/manifest.ts';
import type { Notice } from '../report/facts.ts';

/** How often the parts of a stage were begun again, those that were. */
function againOf({ stages }: Manifest, stage: string): number[] {
  return Object.values(stages[stage]?.parts ?? {}).flatMap(({ facts: { begun_again } }) =>
    typeof begun_again === 'number' && begun_again > 0 ? [begun_again] : [],
  );
}

/**
 * SYNs to one address at most, by what was sent and not by what was to be: an interrupted part is sent again as a whole. Joins are not,
 * and so stay what they were.
 */
export function synsSentAtMost(manifest: Manifest, config: Config): number {
  return synsPerAddress(config).reduce(
    (sum, { stage, syns }) => sum + syns * (1 + Math.max(0, ...againOf(manifest, stage))),
    0,
  );
}

/** For every stage of which a part was sent again: what that means for whoever is in it. */
export function sentAgain(manifest: Manifest, config: Config): Notice[] {
  const stages = synsPerAddress(config);
  const most = synsSentAtMost(manifest, config);
  return stages.flatMap(({ stage, syns }) => {
    const again = againOf(manifest, stage);
    if (again.length === 0) return [];
    const times = 1 + Math.max(...again);
    const parts = again.length === 1 ? '1 part was' : `${again.length} parts were`;
    const text = `${parts} interrupted and sent again: one address may have had up to ${syns * times} SYNs of this stage in place of ${syns}, and ${most} over the run in place of ${sumOfStages(stages)}`;
    return [{ stage, text, lost: false }];
  });
}
