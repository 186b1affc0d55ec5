import type { AddCommand } from './host.ts';

export const addVerify: AddCommand = (program, host) => {
  program
    .command('verify')
    .description('check every file of a run against the hash recorded when it was written; changes nothing')
    .argument('<run...>', 'run folders, or folders of replays')
    .addHelpText(
      'after',
      `
Prints one line for each file that differs, is missing or is unexpected; the exit code is then 1.
Lines that begin with unhashed, open or outside say what cannot be compared. These are not damage.

Examples:
  $ mptcp-census verify runs/*
  $ mptcp-census verify runs/2026-11/replay            a replay is compared in the same way`,
    )
    .action(async (folders) => {
      const { verifyLines } = await import('../verify/command.ts');
      await host.out.lines(verifyLines(folders, { damage: host.failed, tell: host.err.line }));
    });
};
