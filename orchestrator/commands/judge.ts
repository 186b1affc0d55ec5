import type { AddCommand } from './host.ts';

export const addJudge: AddCommand = (program, host) => {
  program
    .command('judge')
    .description(
      "print verdicts for the module's JSON output on stdin: one NDJSON record per address, port and version",
    )
    .option('--report <folder>', 'write tables, figures and a page there instead, and print the tables')
    .option(
      '--temp <folder>',
      'where inputs of more than some 150,000 lines are sorted (default: $TMPDIR, or /var/tmp)',
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
      const { judgeLines } = await import('../judge/command.ts');
      const { input, out, err } = host;
      const read = await judgeLines({ input, output: out.stream, err: err.line, report, temp });
      if (!read) host.failed();
    });
};
