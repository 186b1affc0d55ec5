import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readBlocklist } from '../../address/blocklist.ts';
import { neverAsked, reachedBy } from '../../address/forms.ts';
import { coveredPrefixes, formatPrefix, parsePrefix } from '../../address/ip.ts';
import type { Config } from '../../config/config.ts';
import type { CollectContext, Program } from '../../core/tool.ts';
import { writeFile } from '../../core/writing.ts';
import { dropsOptOuts } from './program.ts';

/** Makes the list that `ipv6_mptcp_synscan` walks (zmap-module/README.md). Built with the module. */
export const hitlistBuilder: Program = {
  name: fileURLToPath(new URL('../../../zmap-module/build/mptcp-hitlist', import.meta.url)),
  version: { args: [], pattern: /^$/ },
  apt: null,
  privileges: null,
  okExits: [0],
};

/** Files of one address family in the raw folder. zmap counts in IPv4 addresses: for IPv6 they are numbers of lines of `list`. */
export const targetFiles = {
  4: { allowlist: 'allowlist.txt', blocklist: 'blocklist.txt' },
  6: {
    allowlist: 'numbers.txt',
    blocklist: 'no-blocklist.txt',
    list: 'hitlist.bin',
    text: 'hitlist.txt',
    kept: 'hitlist-kept.txt',
  },
} as const;

/** A file of those whom only some runs of a part ask; of those whom all runs ask it has no prefix. */
export function ofGroup(group: string, file: string): string {
  return group === '' ? file : `${group}-${file}`;
}

type Context = CollectContext<unknown, Config>;

/** How many addresses of each family a part sends to. */
export type Addresses = Record<4 | 6, number>;

/** The opt-outs, and in the open the special-purpose ranges too, whether the user's list has them or not. */
export function blockedPrefixes({ config, optOuts, runsAs }: Context, family: 4 | 6): string[] {
  const { blocklist } = config.scan;
  const given = blocklist === null ? [] : readBlocklist(blocklist).prefixes;
  // Where the plug-in drops what opted out since the start, it counts it too.
  const listed = optOuts === null || dropsOptOuts(runsAs) ? given : optOuts.prefixes;
  const special = config.lab ? [] : neverAsked();
  const all = [...listed, ...special].flatMap(reachedBy);
  return all.filter((prefix) => prefix.family === family).map(formatPrefix);
}

async function writeBlocklist(context: Context, name: string, prefixes: string[]): Promise<void> {
  const lines = prefixes.map((prefix) => `${prefix}\n`).join('');
  const from = context.config.scan.blocklist ?? 'none';
  await writeFile(join(context.folder, name), `# of census.yaml: ${from}\n${lines}`);
}

/** Writes the targets of both families, one line each, without holding them. Those of IPv6 are addresses, never prefixes. */
async function splitTargets(context: Context, group: string, targets: AsyncIterable<string>): Promise<Addresses> {
  const files = {
    4: await open(join(context.folder, ofGroup(group, targetFiles[4].allowlist)), 'w'),
    6: await open(join(context.folder, ofGroup(group, targetFiles[6].text)), 'w'),
  };
  const batches: Record<4 | 6, string[]> = { 4: [], 6: [] };
  const addresses: Addresses = { 4: 0, 6: 0 };
  async function write(family: 4 | 6, size: number): Promise<void> {
    if (batches[family].length < size) return;
    await files[family].write(batches[family].join(''));
    batches[family] = [];
  }
  for await (const target of targets) {
    const prefix = parsePrefix(target);
    if (prefix === null) continue;
    addresses[prefix.family] += prefix.family === 4 ? 2 ** (32 - prefix.length) : 1;
    batches[prefix.family].push(prefix.family === 4 ? `${formatPrefix(prefix)}\n` : `${target}\n`);
    await write(prefix.family, 1000);
  }
  for (const family of [4, 6] as const) {
    await write(family, 1);
    await files[family].close();
  }
  return addresses;
}

/** Sorts the IPv6 targets into the list that the module maps into memory, opt-outs and special ranges taken out by the builder. */
async function buildHitlist(context: Context, group: string): Promise<void> {
  const { config, folder } = context;
  const named = (file: string) => ofGroup(group, file);
  const files = targetFiles[6];
  await writeBlocklist(context, 'opt-out6.txt', blockedPrefixes(context, 6));
  await writeFile(join(folder, files.blocklist), '# the numbers on the allowlist represent IPv6 addresses\n');
  const ranges = config.lab ? config.lab_ranges.flatMap((range) => coveredPrefixes(range) ?? []) : [];
  const declared = ranges.filter((range) => range.family === 6).map(formatPrefix);
  await context.exec({
    program: hitlistBuilder,
    args: [
      ...['--list', join(folder, named(files.list)), '--numbers', join(folder, named(files.allowlist))],
      ...['--opt-out', join(folder, 'opt-out6.txt')],
      ...declared.flatMap((range) => ['--declare-global', range]),
    ],
    stdin: join(folder, named(files.text)),
    stdout: named('hitlist.json'),
    stderr: named('mptcp-hitlist.stderr'),
    timeoutMs: 3_600_000,
  });
}

/**
 * Writes zmap's input files into the raw folder: targets by family, our blocklist (its own default would block the lab), an empty
 * configuration (else /etc/zmap/zmap.conf decides).
 * @param group of runs that ask these targets
 * @param ipv6 whether any run is for IPv6 targets
 */
export async function prepareTargets(
  context: Context,
  targets: AsyncIterable<string>,
  ipv6: boolean,
  group = '',
): Promise<Addresses> {
  await writeFile(join(context.folder, 'zmap.conf'), '');
  await writeBlocklist(context, targetFiles[4].blocklist, blockedPrefixes(context, 4));
  const addresses = await splitTargets(context, group, targets);
  if (ipv6 && addresses[6] > 0) await buildHitlist(context, group);
  return addresses;
}
