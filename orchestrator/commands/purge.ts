import type { AddCommand } from './host.ts';

export const addPurge: AddCommand = (program, host) => {
  program
    .command('purge')
    .description('remove a party from stored runs, raw files and captures included, and recompute hashes and results')
    .argument('<party>', 'address, prefix, or a name with all names below it')
    .argument('<run...>', 'folders of complete runs')
    .addHelpText(
      'after',
      `
Examples:
  $ mptcp-census purge 198.18.4.7 runs/*               one address
  $ mptcp-census purge 2001:db8:4::/48 runs/2026-11    all addresses of a prefix
  $ mptcp-census purge example.org runs/*              a name and every name below it

Runs from which the party cannot be removed are named at the end; the others are purged all the same. To repeat an interrupted purge, run the same command. Copies of a run folder elsewhere are not found.`,
    )
    .action(async (text, folders) => {
      host.outlivesReaders();
      const { purgeLines } = await import('../purge/command.ts');
      await host.out.lines(purgeLines(text, folders, host.stopSignal()));
    });
};
