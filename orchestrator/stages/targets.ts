import type { Config } from '../config/config.ts';
import { readLines } from '../core/folder/list-file.ts';
import type { UnitRow } from '../core/stage.ts';
import { defineStage } from './define.ts';

async function* linesOf(targets: Config['targets']): AsyncGenerator<string[]> {
  if ('prefixes' in targets) yield targets.prefixes;
  else yield* readLines('list' in targets ? targets.list : targets.addresses);
}

async function* units({ config }: { config: Config }): AsyncGenerator<UnitRow[]> {
  let line = 0;
  for await (const lines of linesOf(config.targets)) {
    const first = line + 1;
    line += lines.length;
    yield lines.map((text, index) => ({ row: { line: first + index, text }, skip: null }));
  }
}

/** Lines of a list into names, addresses and prefixes (paper, section 3, "Alexa list"). */
export const targets = defineStage({
  name: 'targets',
  role: 'list',
  reads: [],
  enabled: () => true,
  choice: () => 'list',
  units,
  unanswered: 'no_data',
});
