import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { writeWorld } from './merge/world.ts';

/**
 * Processor time of merge per host, in worlds where 0.1, 1 and 20 % of hosts return an MPTCP option, against the merge of an older
 * commit on the same records in the same run; 512 MB for the database. Exit 1 when a required ratio is missed.
 * Usage: node --import tsx scripts/bench/merge.ts [ADDRESSES]
 */
const addresses = Number(process.argv[2] ?? 100_000);
/** The merge that judged every host from lists of its replies. */
const peer = '9ab1219';
/** Most of the peer's processor time. Where each fifth host has evidence of its own, more is read of each. */
const worlds: [mptcp: number, required: number][] = [
  [0.001, 0.2],
  [0.01, 0.2],
  [0.2, 0.35],
];

const Cost = z.object({ hosts: z.int(), processor: z.number(), wall: z.number(), peak: z.number() });
type Cost = z.infer<typeof Cost>;

const here = join(import.meta.dirname, '../..');
const one = join(import.meta.dirname, 'merge/one.ts');

async function mergeWith(checkout: string, world: string, out: string): Promise<Cost> {
  const { stdout } = await execa('node', ['--import', 'tsx', one, checkout, world, out], { cwd: here });
  await rm(out, { recursive: true, force: true });
  return Cost.parse(JSON.parse(stdout));
}

function line(name: string, { hosts, processor, wall, peak }: Cost): string {
  const each = ((processor / hosts) * 1e6).toFixed(1);
  return `  ${name.padEnd(10)} ${each.padStart(6)} us of processor a host, ${wall.toFixed(1)} s, peak ${peak.toFixed(0)} MB`;
}

const folder = await mkdtemp(join(tmpdir(), 'bench-merge-'));
const older = join(folder, 'peer');
try {
  await execa('git', ['worktree', 'add', '--detach', older, peer], { cwd: here });
  await symlink(join(here, 'node_modules'), join(older, 'node_modules'));
  console.log(`merge of ${addresses} addresses, ${availableParallelism()} processors`);
  for (const [mptcp, required] of worlds) {
    const world = join(folder, 'world');
    await writeWorld(world, { addresses, mptcp });
    const ours = await mergeWith(here, world, join(folder, 'ours'));
    const theirs = await mergeWith(older, world, join(folder, 'theirs'));
    const ratio = ours.processor / ours.hosts / (theirs.processor / theirs.hosts);
    const missed = ratio > required;
    if (missed) process.exitCode = 1;
    console.log(
      `${mptcp * 100} % of hosts return an option: ${ratio.toFixed(2)} of ${peer}${missed ? `, more than ${required}` : ''}`,
    );
    console.log(line('here', ours));
    console.log(line(peer, theirs));
    await rm(world, { recursive: true, force: true });
  }
} finally {
  await execa('git', ['worktree', 'remove', '--force', older], { cwd: here, reject: false });
  await rm(folder, { recursive: true, force: true });
}
