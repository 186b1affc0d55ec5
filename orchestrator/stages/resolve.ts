import { z } from 'zod';
import type { Config } from '../config/config.ts';
import type { UnitRow, UnitsContext } from '../core/stage.ts';
import { defineStage } from './define.ts';

const Row = z.object({ name: z.string(), type: z.enum(['A', 'AAAA']), mentions: z.int() });

async function* units({ config, batches }: UnitsContext<Config>): AsyncGenerator<UnitRow[]> {
  const types = config.resolve.families.map((family) => (family === 4 ? "'A'" : "'AAAA'"));
  const rows = batches(`
    SELECT target AS name, type, count(*) AS mentions
    FROM targets, unnest([${types.join(', ')}]) AS t(type)
    WHERE kind = 'name'
    GROUP BY target, type
    ORDER BY min(line), target, type`);
  for await (const batch of rows) {
    yield batch.map((value) => {
      const { mentions, ...row } = Row.parse(value);
      return { row, skip: null, duplicates: mentions - 1 };
    });
  }
}

/** Names into addresses (paper, section 3, "DNS resolution"). */
export const resolve = defineStage({
  name: 'resolve',
  role: 'resolver',
  reads: ['targets'],
  enabled: (config) => 'list' in config.targets,
  choice: (config) => config.resolve.tool,
  units,
  unanswered: 'no_data',
});
