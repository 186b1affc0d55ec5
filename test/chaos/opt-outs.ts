import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from '../../orchestrator/core/folder/files.ts';

/** Hosts of the world "tiny" that may opt out, each in the notations that a blocklist takes. */
export const parties: readonly { address: string; lines: readonly string[] }[] = [
  { address: '198.18.4.2', lines: ['198.18.4.2', '198.18.4.2-198.18.4.3 ; asked by mail', '::ffff:198.18.4.2'] },
  { address: '198.18.9.1', lines: ['198.18.9.5/29 # host bits', '198.18.9.0 - 198.18.9.7', '::FFFF:c612:900/125'] },
  { address: '198.18.26.1', lines: ['198.18.26.1/32', '198.18.26.0/28'] },
  {
    address: '2001:db8:4:1::1',
    lines: ['2001:DB8:4:1:0:0:0:1', '2001:db8:4:1::/64 # all', '2001:db8:4:1::-2001:db8:4:1::ff'],
  },
];

/** Entries of others, whom no census of the world asks. */
const strangers = [
  '198.19.4.0/22',
  '240.1.2.3',
  '2001:db8:ffff::/48',
  '# a comment',
  '::ffff:198.19.1.0/120',
  '198.19.0.9-198.19.1.8',
];

/** Addresses of which the run has asked nothing yet, nor can have: no part of the scan that has them is measured. */
async function unasked(folder: string): Promise<string[]> {
  const input = join(folder, 'raw', 'scan', 'input');
  const asked = new Set<string>();
  for (const file of await readdir(input).catch(() => [])) {
    const part = file.replace('.ndjson', '');
    if (!(await exists(join(folder, 'raw', 'scan', part)))) continue;
    const text = await readFile(join(input, file), 'utf8');
    for (const { address } of parties) if (text.includes(`"${address}"`)) asked.add(address);
  }
  return parties.map(({ address }) => address).filter((address) => !asked.has(address));
}

/** A party that may still opt out of all of the run, and others; null for the party where all were asked. */
export async function drawOptOut(
  folder: string,
  out: ReadonlySet<string>,
  random: () => number,
): Promise<{ lines: string[]; address: string | null }> {
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)] as T;
  const others = [pick(strangers), pick(strangers)];
  const left = (await unasked(folder)).filter((address) => !out.has(address));
  if (left.length === 0) return { lines: others, address: null };
  const address = pick(left);
  const lines = parties.find((party) => party.address === address)?.lines ?? [];
  return { lines: [pick(strangers), pick(lines), pick(strangers)], address };
}
