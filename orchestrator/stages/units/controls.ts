import type { Config } from '../../config/config.ts';
import { confirmingOf } from '../../config/sections/confirm.ts';
import type { UnitsContext } from '../../core/stage.ts';
import type { ControlKind } from '../../schemas/lists.ts';
import { shareByRange } from './by-range.ts';

/**
 * Controls: endpoints of which the answer to a census is known beforehand, asked everything that candidates are asked. What a rule says of
 * them is what it says wrongly. They are drawn by a hash of the run's seed, address and port, out of what the scan found: the same scan
 * and seed give the same ones to every stage.
 */

/** SQL over `scan`: what one reply makes of its endpoint, as a number; what the endpoint is follows from its highest. */
export const saidSql = `
  CASE
    WHEN len(options_mptcp) > 0 THEN CASE WHEN classification = 'echoed' THEN 3 ELSE 4 END
    WHEN classification = 'synack_no_option' THEN 2
    WHEN classification = 'rst' THEN 1
    ELSE 0
  END`;

/** SQL: what an endpoint is, by what its replies `said`. A closed port is of no kind. */
export const kindSql = `
  CASE max(said) WHEN 4 THEN 'candidate' WHEN 3 THEN 'echo' WHEN 2 THEN 'plain' WHEN 0 THEN 'unknown' END`;

/** SQL: every endpoint of some replies of `scan`, with what it is. */
export const endpointsSql = (replies: string) => `
  SELECT address, port, max(said) >= 3 AS candidate, ${kindSql} AS kind
  FROM (SELECT address, port, ${saidSql} AS said FROM ${replies}) GROUP BY address, port`;

/** SQL over `confirm`: endpoints that returned an option to a second opinion, whatever they said in the scan. */
export const offeredLater =
  '(SELECT DISTINCT address, port, true AS offered FROM confirm WHERE len(options_mptcp) > 0)';

/** What an endpoint is a control of when its kind is this one. */
const kinds: readonly ControlKind[] = ['plain', 'echo', 'unknown'];

/** SQL of the order in which endpoints are drawn: the first ones are the sample. No database's own hash, which may change with its version. */
export function drawnBy(seed: number, what: string): string {
  return `md5(concat_ws(' ', '${what}', ${seed}, address, port)), address, port`;
}

/** How many of each kind a configuration asks for. */
function sizeOf(config: Config): number {
  return confirmingOf(config)?.controls ?? 0;
}

/**
 * SQL of the controls: address, port and what of. Holds no more rows than it gives, however many endpoints there are.
 * @param endpoints a table, or SQL of one, that is read once per kind
 */
export function controlsSql(endpoints: string, config: Config, seed: number): string {
  const size = sizeOf(config);
  // A run without any is not gone through for them.
  if (size === 0) return "SELECT '' AS address, 0 AS port, '' AS control WHERE false";
  const drawn = kinds.map(
    (kind) => `
    (SELECT address, port, kind AS control FROM ${endpoints} WHERE kind = '${kind}'
    ORDER BY ${drawnBy(seed, 'control')} LIMIT ${size})`,
  );
  return drawn.join(' UNION ALL ');
}

/** Makes `endpoints` (address, port, candidate, kind) and `controls` (address, port, control), once in a run. Needs `scan`. */
export async function shareControls(context: UnitsContext<Config>): Promise<void> {
  const { config, seed, shareTable } = context;
  await shareByRange(
    context,
    'endpoints',
    'SELECT address, port, options_mptcp, classification FROM scan',
    endpointsSql,
  );
  await shareTable('controls', controlsSql('endpoints', config, seed));
}
