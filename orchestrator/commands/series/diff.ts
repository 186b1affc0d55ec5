import { once } from 'node:events';
import { join } from 'node:path';
import { Option } from '@commander-js/extra-typings';
import type { DiffSummary } from '../../diff/diff.ts';
import type { Difference } from '../../schemas/records/difference.ts';
import type { AddCommand, Host } from '../host.ts';

interface Asked {
  first: string;
  second: string;
  signal: AbortSignal;
}

/** The hosts into a folder, the table to standard output. */
async function intoFolder(host: Host, asked: Asked, out: string): Promise<void> {
  const { diffRuns } = await import('../../diff/diff.ts');
  const { DiffFolder } = await import('../../diff/output.ts');
  const folder = await DiffFolder.create(out);
  const summary = await diffRuns({ ...asked, temp: join(out, '.tmp'), take: (one) => folder.take(one) });
  await folder.finish(summary);
  host.out.line(await tableText(summary));
}

async function tableText(summary: DiffSummary): Promise<string> {
  const { causeTable } = await import('../../diff/summary.ts');
  const { toText } = await import('../../report/text.ts');
  return toText(causeTable(summary)).trimEnd();
}

/** The hosts to standard output, one line each, as they are found; gives the summary. */
async function asLines(host: Host, asked: Asked): Promise<DiffSummary> {
  const { diffRuns } = await import('../../diff/diff.ts');
  const take = async (difference: Difference) => {
    if (!host.out.stream.write(`${JSON.stringify(difference)}\n`)) await once(host.out.stream, 'drain');
  };
  return await diffRuns({ ...asked, temp: host.temp, take });
}

export const addDiff: AddCommand = (program, host) => {
  program
    .command('diff')
    .description('compare two runs: every endpoint whose verdict differs, each with exactly one cause')
    .argument('<first>', 'folder of the first run')
    .argument('<second>', 'folder of the second run')
    .option('--out <folder>', 'write the endpoints there (differences.parquet, causes.csv) and print only the table')
    .addOption(new Option('--json', 'print only the counts, as one JSON object').conflicts('out'))
    .addHelpText(
      'after',
      `
Prints one NDJSON record for each endpoint and version that differs; the table of causes goes to standard error.

Examples:
  $ mptcp-census diff runs/2026-10 runs/2026-11 | jq -r 'select(.cause == "verdict") | .address'
  $ mptcp-census diff runs/2026-10 runs/2026-11 --out changes
  $ mptcp-census diff runs/2026-10 runs/2026-11 --json | jq .totals`,
    )
    .action(async (first, second, options) => {
      const asked = { first, second, signal: host.stopSignal() };
      if (options.out !== undefined) return await intoFolder(host, asked, options.out);
      if (options.json) {
        const { diffRuns } = await import('../../diff/diff.ts');
        host.out.line(JSON.stringify(await diffRuns({ ...asked, temp: host.temp, take: async () => undefined })));
        return;
      }
      host.err.line(await tableText(await asLines(host, asked)));
    });
};
