import { resolve } from 'node:path';
import { InvalidArgumentError } from '@commander-js/extra-typings';
import type { AddCommand } from './host.ts';

const mostPerClass = 10_000;

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= least && number <= most)) throw new InvalidArgumentError(`a number from ${least} to ${most}`);
    return number;
  };
}

export const addAudit: AddCommand = (program, host) => {
  program
    .command('audit')
    .description(
      'print all evidence for a seeded sample of each verdict, to be labelled by hand; or compare the labels with the verdicts',
    )
    .argument('<folder>', 'run folder')
    .option('--per-class <number>', 'sample size per verdict and version', whole(1, mostPerClass), 20)
    .option('--seed <number>', 'seed of the sample (default: the seed of the run)', whole(0, Number.MAX_SAFE_INTEGER))
    .option(
      '--labels <file>',
      'labels to compare with the verdicts: NDJSON or CSV with label, address, port and version',
    )
    .addHelpText(
      'after',
      `
A label is one of the verdicts, or unsure. Lines that cannot be used are kept with their reason in FILE.rejects.ndjson.

Examples:
  $ mptcp-census audit runs/2026-11 --per-class 20 > sample.ndjson
  $ mptcp-census audit runs/2026-11 --labels labelled.ndjson`,
    )
    .action(async (folder, { perClass, seed, labels }) => {
      const { openRun } = await import('../audit/open.ts');
      const run = await openRun(folder);
      try {
        if (labels === undefined) {
          const { sampleLines } = await import('../audit/evidence.ts');
          await host.out.lines(sampleLines(run, seed ?? run.manifest.seed, perClass));
          return;
        }
        const { readBack, rejectsOf } = await import('../audit/read-back.ts');
        const { toText } = await import('../report/text.ts');
        const file = resolve(labels);
        const { tables, rejected } = await readBack(run, file);
        for (const table of tables) host.out.line(toText(table));
        if (rejected > 0)
          host.err.line(`${rejected} of its lines could not be used; ${rejectsOf(file)} has each with its reason`);
      } finally {
        run.database.closeSync();
      }
    });
};
