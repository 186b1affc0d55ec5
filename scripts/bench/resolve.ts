import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { type Rig, resolverAddress, withRig } from './resolve/rig.ts';

/**
 * Names per second of the resolve stage against a loop over Node's own resolver (c-ares), in namespaces without a route out: behind an
 * unbound that recurses to servers which never answer for some of the names, and with none of them dead. Exit 1 when a mark is missed or a
 * live name is not answered. Needs root. Usage: node --import tsx scripts/bench/resolve.ts [DEAD_NAMES] [NAMES] [PAIRS] [MANY]
 * DEAD_NAMES: names of the list of which 7 % are dead; 200000 takes an hour. NAMES: names of the list without dead ones. MANY: names
 * whose records must not take more memory than those of a quarter of them. 0 leaves one out.
 */
const deadList = Number(process.argv[2] ?? 5_000);
const liveList = Number(process.argv[3] ?? 200_000);
const pairs = Number(process.argv[4] ?? 5);
const manyNames = Number(process.argv[5] ?? 2_000_000);
const deadShare = 0.07;
/** Both may have so many questions open. */
const open = 300;
const marks = { firstPass: 0.9, stage: 0.95 };
/** The peak for four times the names: up to its limit the database holds what it groups. */
const flat = 1.2;

const Result = z.object({
  counts: z.record(z.string(), z.int()),
  asked: z.number().describe('seconds until every name was answered or given up once'),
  secondPass: z.number(),
  askedAgain: z.int(),
  whole: z.number().describe('seconds until the records were written'),
  processor: z.number(),
  peak: z.number(),
});
type Result = z.infer<typeof Result>;
type Contestant = 'stage' | 'c-ares';

const contestant = join(import.meta.dirname, 'resolve/contestant.ts');
const home = await mkdtemp(join(tmpdir(), 'bench-resolve-'));

async function compete(rig: Rig, who: Contestant, names: number, dead: number): Promise<Result> {
  await rig.freshResolver();
  const folder = join(home, who);
  const args = [contestant, who, resolverAddress, names, dead, open, folder].map(String);
  const { stdout } = await execa('ip', ['netns', 'exec', rig.namespace, 'node', '--import', 'tsx', ...args]);
  await rm(folder, { recursive: true });
  return Result.parse(JSON.parse(stdout));
}

function shown(who: Contestant, names: number, { counts, asked, askedAgain, secondPass, ...rest }: Result): string {
  const again = askedAgain === 0 ? '' : `; ${askedAgain} asked again in ${secondPass.toFixed(1)} s`;
  const outcomes = Object.entries(counts).map(([outcome, count]) => `${outcome} ${count}`);
  return (
    `  ${who.padEnd(7)} ${asked.toFixed(1)} s, ${Math.round(names / asked)} names/s${again}; whole ${rest.whole.toFixed(1)} s; ` +
    `${((rest.processor * 1e6) / names).toFixed(1)} us of processor a name, peak ${rest.peak.toFixed(0)} MB; ${outcomes.join(', ')}`
  );
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function judge(what: string, ratio: number, mark: number): void {
  const missed = ratio < mark;
  if (missed) process.exitCode = 1;
  console.log(`  ${what}: ${ratio.toFixed(2)} of c-ares, at least ${mark} is due: ${missed ? 'MISSED' : 'reached'}`);
}

async function withDead(): Promise<void> {
  const names = deadList;
  console.log(`${names} names, ${Math.round(100 * deadShare)} % of them dead, ${open} open at most`);
  await withRig(join(home, 'rig'), { names, dead: deadShare }, async (rig) => {
    const ours = await compete(rig, 'stage', names, deadShare);
    console.log(shown('stage', names, ours));
    const theirs = await compete(rig, 'c-ares', names, deadShare);
    console.log(shown('c-ares', names, theirs));
    judge('names/s of the first pass', theirs.asked / ours.asked, marks.firstPass);
    const lost = rig.live - (ours.counts.answered ?? 0);
    if (lost !== 0) process.exitCode = 1;
    console.log(`  live names without an answer: ${lost} (c-ares ${rig.live - (theirs.counts.answered ?? 0)})`);
  });
}

async function allAlive(): Promise<void> {
  const names = liveList;
  console.log(`${names} names, none dead, ${pairs} alternating pairs`);
  await withRig(join(home, 'rig'), { names, dead: 0 }, async (rig) => {
    const ratios: number[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      const order: Contestant[] = pair % 2 === 0 ? ['stage', 'c-ares'] : ['c-ares', 'stage'];
      const wall = new Map<Contestant, number>();
      for (const who of order) {
        const result = await compete(rig, who, names, 0);
        wall.set(who, result.whole);
        console.log(shown(who, names, result));
      }
      ratios.push((wall.get('c-ares') ?? 0) / (wall.get('stage') ?? 0));
    }
    judge(`whole stage (${ratios.map((ratio) => ratio.toFixed(2)).join(' ')})`, median(ratios), marks.stage);
  });
}

/** Names that a stand-in for adnshost answers: what grows with their number is ours. */
async function inBoundedMemory(): Promise<void> {
  const path = `${join(import.meta.dirname, 'resolve/stand-in')}:${process.env.PATH}`;
  const peaks: number[] = [];
  for (const names of [manyNames / 4, manyNames]) {
    const folder = join(home, 'many');
    const args = [contestant, 'many', resolverAddress, names, 0, open, folder].map(String);
    const { stdout } = await execa('node', ['--import', 'tsx', ...args], { env: { PATH: path } });
    await rm(folder, { recursive: true });
    const result = Result.parse(JSON.parse(stdout));
    peaks.push(result.peak);
    console.log(shown('stage', names, result));
  }
  const ratio = (peaks[1] ?? 0) / (peaks[0] ?? 1);
  if (ratio > flat) process.exitCode = 1;
  console.log(
    `  peak: ${ratio.toFixed(2)} of that of a quarter, at most ${flat}: ${ratio > flat ? 'MISSED' : 'reached'}`,
  );
}

try {
  if (process.getuid?.() !== 0) console.log('SKIP resolve: network namespaces need root');
  else {
    console.log(`resolve, ${availableParallelism()} processors`);
    if (deadList > 0) await withDead();
    if (liveList > 0) await allAlive();
  }
  if (manyNames > 0) {
    console.log(`${manyNames} names, a stand-in for adnshost`);
    await inBoundedMemory();
  }
} finally {
  await rm(home, { recursive: true, force: true });
}
