import type { Config } from '../config/config.ts';
import { isUrl, openList } from '../core/inputs/list-file.ts';
import type { UnitRow, UnitsContext } from '../core/stage.ts';
import { downloadedList } from '../lists/download.ts';
import { type Located, readSource } from '../lists/read.ts';
import { type ListSource, listSources } from '../lists/sources.ts';
import { defineStage } from './define.ts';

function rowsOf(lines: readonly string[], before: number): UnitRow[] {
  return lines.map((text, index) => ({ row: { line: before + index + 1, text }, skip: null }));
}

/** Where a list lies; one of a URL is downloaded first. */
async function located(source: ListSource, context: UnitsContext<Config>): Promise<Located> {
  const { targets } = context.config;
  if (!('list' in targets) || !isUrl(source.list)) return { path: source.list, fetched: null };
  const { signal = new AbortController().signal, progress = () => undefined } = context;
  return await downloadedList(source, { cache: targets.cache, signal, progress });
}

async function* units(context: UnitsContext<Config>): AsyncGenerator<UnitRow[]> {
  const { config, tell } = context;
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
    tell?.(yield* readSource(source, at + 1, await located(source, context)));
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
