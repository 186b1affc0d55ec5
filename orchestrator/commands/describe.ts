import { resolve } from 'node:path';
import { CensusError } from '../errors.ts';
import type { AddCommand, Host } from './host.ts';

const day = 86_400_000;
const validDays = 90;

async function configOf(file: string | undefined, folder: string | undefined) {
  if (file !== undefined) {
    const { loadConfig } = await import('../config/file.ts');
    return loadConfig(file, []);
  }
  const { storedConfig } = await import('../config/stored.ts');
  return storedConfig((await manifestOf(folder ?? '.')).config);
}

async function manifestOf(folder: string) {
  const { readManifest } = await import('../core/folder/manifest.ts');
  const manifest = await readManifest(resolve(folder));
  if (manifest !== null) return manifest;
  throw new CensusError(
    'E_RUN_FOLDER',
    `${resolve(folder)} holds no manifest.json`,
    'name a run folder, such as runs/lab',
  );
}

function expiry(text: string | undefined): Date {
  const date = text === undefined ? new Date(Date.now() + validDays * day) : new Date(text);
  if (!Number.isNaN(date.getTime())) return date;
  throw new CensusError('E_INPUT', `${text} is not a date`, 'write it as 2027-01-31 or 2027-01-31T12:00:00Z');
}

export const addProbing: AddCommand = (program, host) => {
  program
    .command('probing')
    .description('print /.well-known/probing.txt for the scanner: who probes, what is sent, how to opt out (RFC 9511)')
    .argument('[folder]', 'run folder, instead of a configuration')
    .option('-c, --config <file>', 'describe what a run with this configuration would send')
    .option('--url <url>', 'URL at which the file will be published')
    .option('--expires <date>', `date until which the file is valid (default: ${validDays} days from now)`)
    .addHelpText(
      'after',
      `
Examples:
  $ mptcp-census probing -c census.yaml --url https://scan.example.org/.well-known/probing.txt >probing.txt`,
    )
    .action(async (folder, { config: file, url = null, expires }) => {
      if ((folder === undefined) === (file === undefined))
        throw new CensusError('E_CONFIG', 'expected either a run folder or -c FILE', 'see mptcp-census probing --help');
      const { probingText } = await import('../describe/probing.ts');
      const { vantagePoint } = await import('../machine/vantage.ts');
      const config = await configOf(file, folder);
      const vantage = folder === undefined ? vantagePoint(config) : (await manifestOf(folder)).vantage;
      const { source_addresses: found } = vantage;
      const sources = Array.isArray(found) ? found.map(String) : [];
      print(host, probingText({ config, sources, url, expires: expiry(expires) }));
    });
};

export const addEthics: AddCommand = (program, host) => {
  program
    .command('ethics')
    .description('print an ethics paragraph for a paper about a run: what was sent, to whom, who was left out')
    .argument('<folder>', 'run folder')
    .addHelpText(
      'after',
      `
Add what a program cannot know: the review board, how complaints were handled, what is published.

Examples:
  $ mptcp-census ethics runs/2026-11`,
    )
    .action(async (folder) => {
      const { ethicsParagraph } = await import('../describe/paragraph.ts');
      const manifest = await manifestOf(folder);
      print(host, `${ethicsParagraph(manifest, await configOf(undefined, folder))}\n`);
    });
};

function print({ out }: Host, text: string): void {
  for (const line of text.trimEnd().split('\n')) out.line(line);
}
