import { sumOf as sumOfStages, synsPerAddress } from '../config/budget.ts';
import type { Config } from '../config/config.ts';
import type { Manifest } from '../core/folder/manifest.ts';
import type { Notice } from '../report/facts.ts';

/** How many times each part of a stage was started again, for parts that were. */
function againOf({ stages }: Manifest, stage: string): number[] {
  return Object.values(stages[stage]?.parts ?? {}).flatMap(({ facts: { begun_again } }) =>
    typeof begun_again === 'number' && begun_again > 0 ? [begun_again] : [],
  );
}

/**
 * Maximum number of SYNs to one address, counting what was sent again: an interrupted part is sent again as a whole. Joins are never sent
 * twice.
 */
export function synsSentAtMost(manifest: Manifest, config: Config): number {
  return synsPerAddress(config).reduce(
    (sum, { stage, syns }) => sum + syns * (1 + Math.max(0, ...againOf(manifest, stage))),
    0,
  );
}

/** For every stage with a part that was sent again: what its addresses may have got. */
export function sentAgain(manifest: Manifest, config: Config): Notice[] {
  const stages = synsPerAddress(config);
  const most = synsSentAtMost(manifest, config);
  return stages.flatMap(({ stage, syns }) => {
    const again = againOf(manifest, stage);
    if (again.length === 0) return [];
    const times = 1 + Math.max(...again);
    const parts = again.length === 1 ? '1 part was' : `${again.length} parts were`;
    const text = `${parts} interrupted and sent again: one address may have got up to ${syns * times} SYNs of this stage instead of ${syns}, and ${most} over the run instead of ${sumOfStages(stages)}`;
    return [{ stage, text, lost: false }];
  });
}
