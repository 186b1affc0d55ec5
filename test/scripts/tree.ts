import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';

export const root = join(import.meta.dirname, '..', '..');

/** A tree with the folders that both guards look into, and the packages of this one. Gone when `use` is done. */
export async function inTree<T>(files: Record<string, string>, use: (tree: string) => Promise<T>): Promise<T> {
  const tree = mkdtempSync(join(tmpdir(), 'mptcp-census-guard-'));
  try {
    for (const folder of ['test', 'orchestrator/ip2asn-lite/test']) mkdirSync(join(tree, folder), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
    writeFileSync(join(tree, 'package.json'), '{"type":"module"}');
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), text);
    }
    return await use(tree);
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

/** Runs a script of this checkout over a tree. */
export async function runIn(
  tree: string,
  script: string,
  args: string[] = [],
): Promise<{ exitCode: number; said: string }> {
  const result = await execa('node', ['--import', 'tsx', script, ...args], {
    cwd: tree,
    reject: false,
    all: true,
    env: { FORCE_COLOR: '0', EXPECT_ALL: '' },
  });
  return { exitCode: result.exitCode ?? -1, said: result.all ?? '' };
}
