import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstWords } from '../core/process/exec.ts';
import { censusVersion, packageRoot } from './version.ts';

/** Which program made a run: version, git commit and whether the tree had changes, hash of the probe module as it was loaded. */
export async function provenance(): Promise<Record<string, string | boolean | null>> {
  const inGit = existsSync(join(packageRoot, '.git'));
  const git = (args: string[]) =>
    firstWords('git', ['--no-optional-locks', '-c', `safe.directory=${packageRoot}`, '-C', packageRoot, ...args]);
  const module = join(packageRoot, 'zmap-module', 'build', 'mptcp_synscan.so');
  return {
    version: censusVersion(),
    git_commit: inGit ? (await git(['rev-parse', 'HEAD'])).trim() : null,
    git_dirty: inGit ? (await git(['status', '--porcelain', '--untracked-files=no'])) !== '' : null,
    node: process.version,
    probe_module_sha256: existsSync(module) ? createHash('sha256').update(readFileSync(module)).digest('hex') : null,
  };
}

/** Name, version and commit, in words. */
export function softwareText(census: Record<string, string | boolean | null>): string {
  const commit =
    census.git_commit === null ? '' : ` (commit ${census.git_commit}${census.git_dirty ? ', changed' : ''})`;
  return `mptcp-census ${census.version}${commit}`;
}
