import { Option } from '@commander-js/extra-typings';
import { CensusError } from '../../errors.ts';
import { Level } from '../../release/level.ts';
import { Licence } from '../../release/licence.ts';
import { pathText } from '../../view/visible.ts';
import type { AddCommand } from '../host.ts';

/** What is quickly done says nothing of how far it is. */
const silentMs = 5000;

function least(text: string): number {
  const k = Number(text);
  if (Number.isInteger(k) && k >= 1) return k;
  throw new CensusError('E_INPUT', `--k ${text} is not a whole number of 1 or more`, 'leave it out for 5');
}

export const addRelease: AddCommand = (program, host) => {
  program
    .command('release')
    .description(
      'write a finished run as a data set to publish: tables, descriptions, licence, citation, checksums, notebook',
    )
    .argument('<run>', 'run folder')
    .requiredOption('--out <folder>', 'folder to write into; it must be empty or not exist')
    .addOption(
      new Option('--level <level>', 'how much is disclosed').choices(Level.options).default('aggregate' as const),
    )
    .option('--k <addresses>', 'minimum number of addresses behind a count at level aggregate', least, 5)
    .addOption(
      new Option('--license <word>', 'licence of the data (SPDX)')
        .choices(Licence.options)
        .default('CC-BY-4.0' as const),
    )
    .option('--author <name...>', 'author to be cited')
    .addHelpText(
      'after',
      `
Levels:
  aggregate  counts per country, AS, port, verdict and rank; none of fewer than --k addresses, even by subtraction
  prefix     the same counts unsuppressed, and counts per /24 and /48; no addresses, names or times
  full       every host, domain and record of the run

No level contains raw packets, or the scanner's hostname, addresses and paths. The run is checked against its hashes first.

Examples:
  $ mptcp-census release runs/2026-11 --out release/2026-11 --author 'A. Researcher'
  $ mptcp-census release runs/2026-11 --level full --out release/2026-11-full --license ODbL-1.0
  $ cd release/2026-11 && sha256sum -c SHA256SUMS && jupyter lab notebook.ipynb`,
    )
    .action(async (folder, { out, level, k, license, author }) => {
      const { makeRelease } = await import('../../release/release.ts');
      const authors = author ?? [`The operators of the census ${folder.split('/').at(-1)}`];
      const begun = performance.now();
      const tell = (line: string) => {
        if (performance.now() - begun > silentMs) host.err.line(line);
      };
      const tables = await makeRelease({ folder, out, level, k, licence: license, authors, tell });
      for (const { name, rows } of tables) host.out.line(`${String(rows).padStart(10)}  ${name}`);
      host.out.line(`released into ${pathText(out)}: level ${level}`);
    });
};
