import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { execa } from 'execa';
import { z } from 'zod';

/**
 * Processor time of the stage targets per line of a list of names, each doubled with www., against an older commit in alternating
 * pairs, and its memory as the list grows. Exit 1 when it is not fast enough, or memory grows.
 * Usage: node --import tsx scripts/bench/targets.ts [NAMES] [PAIRS] [NAMES for memory]...
 */
/** As many as the study's list had. */
const names = Number(process.argv[2] ?? 1_000_000);
const pairs = Number(process.argv[3] ?? 3);
const sizes = process.argv.length > 4 ? process.argv.slice(4).map(Number) : [200_000, 2_000_000];
/** Every step of it was taken line by line. */
const peer = '9ab1219';
/** How many times as fast at least, clear of the noise of pairs that give 4, and how much more memory the longest list may take than the shortest. */
const required = { times: 3.5, growth: 1.3 };

const Cost = z.looseObject({ processor: z.number(), wall: z.number(), peak: z.number() });
type Cost = z.infer<typeof Cost>;

const here = join(import.meta.dirname, '../..');
const one = join(import.meta.dirname, 'targets/one.ts');

async function writeList(path: string, count: number): Promise<void> {
  const file = createWriteStream(path);
  for (let n = 1; n <= count; n += 1) {
    const name = `name${(Math.imul(n, 2_654_435_761) >>> 0).toString(36)}.example`;
    if (!file.write(`${n},${name}\n`)) await once(file, 'drain');
  }
  file.end();
  await finished(file);
}

async function stageOf(checkout: string, list: string, out: string): Promise<Cost> {
  const { stdout } = await execa('node', ['--import', 'tsx', one, checkout, list, out], { cwd: here });
  await rm(out, { recursive: true, force: true });
  return Cost.parse(JSON.parse(stdout));
}

const folder = await mkdtemp(join(tmpdir(), 'bench-targets-'));
const [older, list, out] = [join(folder, 'peer'), join(folder, 'list.csv'), join(folder, 'run')];
try {
  await execa('git', ['worktree', 'add', '--detach', older, peer], { cwd: here });
  await symlink(join(here, 'node_modules'), join(older, 'node_modules'));
  console.log(`targets, ${availableParallelism()} processors`);
  await writeList(list, names);
  const ratios: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const theirs = await stageOf(older, list, out);
    const ours = await stageOf(here, list, out);
    ratios.push(theirs.processor / ours.processor);
    const each = ({ processor }: Cost) => `${((processor / names) * 1e6).toFixed(1)} us`;
    console.log(`  ${names} names: ${each(ours)} of processor each, ${peer} ${each(theirs)}`);
  }
  const times = ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? 0;
  console.log(`  ${times.toFixed(1)} times as fast as ${peer}`);
  if (times < required.times) process.exitCode = 1;
  const peaks: number[] = [];
  for (const size of sizes) {
    await writeList(list, size);
    const { peak, wall } = await stageOf(here, list, out);
    peaks.push(peak);
    console.log(`  ${size} names: peak ${peak.toFixed(0)} MB, ${wall.toFixed(1)} s`);
  }
  if ((peaks.at(-1) ?? 0) > required.growth * (peaks[0] ?? 0)) process.exitCode = 1;
  if (process.exitCode === 1) console.log(`missed: ${required.times} times as fast, ${required.growth} of memory`);
} finally {
  await execa('git', ['worktree', 'remove', '--force', older], { cwd: here, reject: false });
  await rm(folder, { recursive: true, force: true });
}
