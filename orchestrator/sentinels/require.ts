import type { Config } from '../config/config.ts';
import { givenSentinels } from '../config/sentinels.ts';
import { CensusError } from '../errors.ts';
import { createScreen } from '../stages/units/screen.ts';

/** @throws CensusError E_REFUSED for a sentinel that nothing may be sent to */
export function requireSentinels(config: Config): void {
  const given = givenSentinels(config);
  if (given.length === 0) return;
  const screen = createScreen(config);
  for (const { probe, address } of given) {
    const why = screen.whole(address);
    if (why === null) continue;
    const hint = 'name an address of your own that may be probed, or none';
    throw new CensusError('E_REFUSED', `sentinels.${probe}: ${address} may not be sent anything (${why})`, hint);
  }
}
