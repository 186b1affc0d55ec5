import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { RuleSetName } from '../../schemas/lists.ts';
import { pathText } from '../../view/visible.ts';
import type { AddCommand } from '../host.ts';

function days(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value > 0) return value;
  throw new InvalidArgumentError('a number of days is needed, such as 7 or 0.5');
}

export const addHistory: AddCommand = (program, host) => {
  program
    .command('history')
    .description('combine runs into a time series, all judged by the same rule set: tables, charts and a page')
    .argument('<run...>', 'folders of finished runs, in any order')
    .requiredOption('--out <folder>', 'where runs.json, series.parquet, the tables and index.html go')
    .option('--rib <file>', 'look up the addresses of all runs in this prefix table (default: as each run found them)')
    .option('--country <file>', 'the same in this MaxMind-format country database')
    .option('--city <file>', 'the same in this city database')
    .option('--every <days>', 'expected days between runs; a longer interval is a gap (default: the median)', days)
    .addOption(
      new Option('--rules <name>', 'rule set by which all runs are judged')
        .choices(RuleSetName.options)
        .default('ours' as const),
    )
    .addHelpText(
      'after',
      `
A run that was judged by other rules is judged again; run folders are only read.
Exit code 1: a folder that was given is not in the series; runs.json says why.

Examples:
  $ mptcp-census history runs/2026-* --out series
  $ mptcp-census history runs/* --out series --rib rib.20261122.0000.bz2 --country country.mmdb
  $ duckdb -c "SELECT time, count, low, high FROM 'series/series.parquet' WHERE dimension = 'all' AND measure = 'capable'"`,
    )
    .action(async (runs, { out, rib = null, country = null, city = null, every = null, rules }) => {
      const { makeHistory } = await import('../../history/history.ts');
      const { summaryLines } = await import('../../history/summary.ts');
      const signal = host.stopSignal();
      const history = await makeHistory({ runs, out, rib, country, city, every, rules, signal, tell: host.err.line });
      for (const line of summaryLines(history)) host.out.line(line);
      for (const { folder, reason } of history.left_out) host.err.line(`left out: ${pathText(folder)}: ${reason}`);
      if (history.left_out.length > 0) host.failed();
    });
};
