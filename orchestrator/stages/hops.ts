import type { Config } from '../config/config.ts';
import type { UnitRow, UnitsContext } from '../core/stage.ts';
import { roles } from '../roles.ts';
import { DrawnAs } from '../schemas/lists.ts';
import { defineStage } from './define.ts';
import { drawnBy } from './units/controls.ts';
import { createScreen } from './units/screen.ts';

/**
 * SQL over `scan` and `handshake`: the endpoints of each sample, by what they showed. An endpoint is in a sample once, with v1 where both
 * versions showed it. Those without an option are drawn as the plain controls of other stages are: where both are as many, they are the same.
 */
export function samplesSql(size: number, seed: number): string {
  const drawn = DrawnAs.options.map((kind) => {
    const order = drawnBy(seed, kind === 'not_offered' || kind === 'unknown' ? 'control' : 'hops');
    return `(SELECT * FROM once WHERE drawn_as = '${kind}' ORDER BY ${order} LIMIT ${size})`;
  });
  return `
  WITH shown AS (
    SELECT address, port, probe,
      bool_or(classification = 'mp_capable') AS own,
      bool_or(classification = 'echoed') AS echoed,
      bool_or(classification = 'synack_no_option') AS plain,
      bool_or(len(options_mptcp) > 0) AS offered,
      bool_or(classification = 'rst') AS closed
    FROM scan WHERE probe IN ('v1', 'v0') GROUP BY address, port, probe
  ), fallen AS (
    SELECT address, port FROM handshake WHERE fallback
  ), named AS (
    SELECT s.address, s.port, probe, CASE
      WHEN own AND (plain OR echoed) THEN 'inconsistent'
      WHEN own AND probe = 'v1' AND f.address IS NOT NULL THEN 'fallback'
      WHEN own THEN 'capable'
      WHEN echoed THEN 'echoed'
      WHEN plain AND NOT offered THEN 'not_offered'
      WHEN NOT offered AND NOT closed THEN 'unknown'
    END AS drawn_as
    FROM shown s LEFT JOIN fallen f ON f.address = s.address AND f.port = s.port
  ), endpoints AS (
    SELECT address, port, bool_or(drawn_as NOT IN ('not_offered', 'unknown')) AS candidate FROM named GROUP BY address, port
  ), once AS (
    SELECT address, port, max(probe) AS probe, drawn_as
    FROM named JOIN endpoints USING (address, port)
    -- an endpoint with an option in one version is no example of one without
    WHERE drawn_as IS NOT NULL AND NOT (candidate AND drawn_as IN ('not_offered', 'unknown'))
    GROUP BY address, port, drawn_as
  )
  SELECT address, port, probe, drawn_as FROM (${drawn.join(' UNION ALL ')})
  ORDER BY address, port, probe, drawn_as`;
}

async function* units({ config, seed, batches }: UnitsContext<Config>): AsyncGenerator<UnitRow[]> {
  const screen = createScreen(config);
  const sample = config.hops === false ? 0 : config.hops.sample;
  for await (const batch of batches(samplesSql(sample, seed))) {
    yield batch.map((value) => {
      const row = roles.hop_probe.input.parse(value);
      return { row, skip: screen.whole(row.address) };
    });
  }
}

/** Which hop on the path to a sample changes our option, and how far away the host that replies is (paper, section 5.3). */
export const hops = defineStage({
  name: 'hops',
  role: 'hop_probe',
  // After path: both send at the whole rate.
  reads: ['scan', 'handshake', 'path'],
  enabled: ({ hops }) => hops !== false,
  choice: ({ hops }) => (hops === false ? 'sweep' : hops.tool),
  units,
  sendsTo: 'address',
  unanswered: 'timeout',
});
