import type { Config } from '../config/config.ts';
import { openList } from '../core/inputs/list-file.ts';
import type { UnitRow, UnitsContext } from '../core/stage.ts';
import { readSource } from '../lists/read.ts';
import { listSources } from '../lists/sources.ts';
import { defineStage } from './define.ts';

function rowsOf(lines: readonly string[], before: number): UnitRow[] {
  return lines.map((text, index) => ({ row: { line: before + index + 1, text }, skip: null }));
}

async function* units({ config, tell }: UnitsContext<Config>): AsyncGenerator<UnitRow[]> {
  const { targets } = config;
  if ('prefixes' in targets) yield rowsOf(targets.prefixes, 0);
  else if ('addresses' in targets) {
    let before = 0;
    for await (const lines of (await openList(targets.addresses)).batches) {
      yield rowsOf(lines, before);
      before += lines.length;
    }
  }
  for (const [at, source] of listSources(targets).entries()) {
    tell?.(yield* readSource(source, at + 1, { path: source.list, fetched: null }));
  }
}

/** Lines of lists into names, addresses and prefixes (paper, section 3, "Alexa list"). */
export const targets = defineStage({
  name: 'targets',
  role: 'list',
  reads: [],
  enabled: () => true,
  choice: () => 'list',
  units,
  unanswered: 'no_data',
});
