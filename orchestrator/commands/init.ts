import { existsSync, writeFileSync } from 'node:fs';
import { CensusError } from '../errors.ts';
import type { AddCommand } from './host.ts';

export const addInit: AddCommand = (program, host) => {
  program
    .command('init')
    .description('write a commented configuration file')
    .argument('[file]', 'file to write', 'census.yaml')
    .option('--all', 'write every key with its default and its meaning, not just the eight that matter')
    .addHelpText(
      'after',
      `
Examples:
  $ mptcp-census init                                  the eight keys that matter, in census.yaml
  $ mptcp-census init --all all.yaml                   every key, for reference`,
    )
    .action(async (file, { all }) => {
      const { fullTemplate, initTemplate } = await import('../config/template.ts');
      if (existsSync(file)) throw new CensusError('E_CONFIG', `${file} already exists`, 'choose another file name');
      writeFileSync(file, all ? fullTemplate : initTemplate);
      host.out.line(`Wrote ${file}. Set contact, scan.rate and scan.blocklist, then: mptcp-census doctor`);
    });
};
