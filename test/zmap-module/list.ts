import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { HitlistCounts } from './hitlist-counts.ts';
import { type Lab, moduleFolder } from './lab.ts';

/** `count` addresses of a /64, scattered: the n-th interface identifier is n times an odd number. */
export function scattered(count: number, prefix: string): string[] {
  return Array.from({ length: count }, (_, n) => {
    const id = (BigInt(n + 1) * 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn;
    const words = [48n, 32n, 16n, 0n].map((shift) => ((id >> shift) & 0xffffn).toString(16));
    return `${prefix}:${words.join(':')}`;
  });
}

/** Runs the list builder, which writes `list` and `numbers` into the lab's folder; its counts. The documentation prefix counts as global. */
export async function buildList(
  lab: Lab,
  lines: readonly string[],
  optOut: readonly string[] = [],
): Promise<HitlistCounts> {
  await writeFile(join(lab.folder, 'opt-out'), optOut.join('\n'));
  const files = ['--list', join(lab.folder, 'list'), '--numbers', join(lab.folder, 'numbers')];
  const rules = ['--declare-global', '2001:db8::/32', '--opt-out', join(lab.folder, 'opt-out')];
  const builder = join(moduleFolder, 'build/mptcp-hitlist');
  const { stdout } = await execa(builder, [...files, ...rules], { input: lines.join('\n') });
  return HitlistCounts.parse(JSON.parse(stdout));
}
