import { fstatSync } from 'node:fs';
import { CensusError } from '../errors.ts';
import type { AddCommand } from './host.ts';

/** Node takes a folder on standard input for one that is empty. */
function requireReadable(): void {
  if (!fstatSync(0).isDirectory()) return;
  throw new CensusError('E_INPUT', 'standard input is a folder', 'give the JSON lines of the prober: judge < FILE');
}

export const addJudge: AddCommand = (program, host) => {
  program
    .command('judge')
    .description(
      "read the module's JSON output on stdin and print verdicts: one NDJSON record per address, port and version",
    )
    .option('--report <folder>', 'write tables, figures and a page there instead, and print the tables')
    .option(
      '--temp <folder>',
      'where inputs of more than about 150,000 lines are sorted (default: $TMPDIR, or /var/tmp)',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ zmap -M mptcp_synscan --probe-args=v1 -p 80 -O json -f '*' ... | mptcp-census judge
  $ mptcp-census judge --report out < zmap.json`,
    )
    .action(async ({ report, temp = host.temp }) => {
      host.endOnSignals();
      requireReadable();
      const { judgeLines } = await import('../judge/command.ts');
      const { input, out, err } = host;
      const read = await judgeLines({ input, output: out.stream, err: err.line, report, temp });
      if (!read) host.failed();
    });
};
