import { resolve } from 'node:path';
import { canonicalAddress } from '../address/ip.ts';
import { CensusError } from '../errors.ts';
import type { AddCommand } from './host.ts';

export const addCat: AddCommand = (program, host) => {
  program
    .command('cat')
    .description('print the records of a stage, or hosts, details or domains, as NDJSON')
    .argument('<folder>', 'run folder')
    .argument('<stage>', 'targets, resolve, scan, ..., hosts, details or domains')
    .option('--address <address>', 'only records about this address')
    .addHelpText(
      'after',
      `
Examples:
  $ mptcp-census cat runs/2026-11 hosts | jq -r 'select(.v1.verdict == "capable").address'
  $ mptcp-census cat runs/2026-11 scan --address 198.18.4.7
  $ mptcp-census cat runs/2026-11 resolve | head -1`,
    )
    .action(async (folder, stage, { address }) => {
      const about = address === undefined ? null : canonicalAddress(address);
      if (address !== undefined && about === null) {
        throw new CensusError('E_INPUT', `${address} is not an address`, 'give one IPv4 or IPv6 address');
      }
      const { recordLines } = await import('../core/cat.ts');
      await host.out.lines(recordLines(resolve(folder), stage, about));
    });
};
