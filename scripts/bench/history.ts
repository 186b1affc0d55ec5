import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';

/**
 * Wall time and peak memory of `mptcp-census history` over runs that nobody made: 104 weekly ones of 5,000 hosts, and 12 of 400,000. Exit 1
 * when a limit is missed. Usage: node --import tsx scripts/bench/history.ts [RUNS HOSTS]
 */
interface Size {
  runs: number;
  hosts: number;
  /** Seconds and megabytes at most; null: none is set. */
  seconds: number | null;
  megabytes: number | null;
}
const [runs, hosts] = process.argv.slice(2).map(Number);
const sizes: Size[] =
  runs === undefined || hosts === undefined
    ? [
        { runs: 104, hosts: 5000, seconds: 30, megabytes: 2000 },
        { runs: 12, hosts: 400_000, seconds: 180, megabytes: 2000 },
      ]
    : [{ runs, hosts, seconds: null, megabytes: null }];

const Usage = z.strictObject({ processor: z.number(), peak: z.number() });
const here = join(import.meta.dirname, '../..');
const node = ['--import', 'tsx'];

const folder = await mkdtemp(join(tmpdir(), 'bench-history-'));
try {
  for (const { runs: count, hosts: each, seconds, megabytes } of sizes) {
    const [made, out, used] = [join(folder, 'runs'), join(folder, 'series'), join(folder, 'usage.json')];
    await execa('node', [...node, 'scripts/bench/history/make.ts', made, String(count), String(each)], { cwd: here });
    const given = Array.from({ length: count }, (_, i) => join(made, `week-${String(i).padStart(3, '0')}`));
    const begun = performance.now();
    const cli = [...node, '--import', join(here, 'scripts/bench/answers/usage.ts'), 'orchestrator/cli.ts', 'history'];
    await execa('node', [...cli, ...given, '--out', out], { cwd: here, env: { MPTCP_CENSUS_USAGE_FILE: used } });
    const wall = (performance.now() - begun) / 1000;
    const { processor, peak } = Usage.parse(JSON.parse(await readFile(used, 'utf8')));
    const missed = (seconds !== null && wall > seconds) || (megabytes !== null && peak > megabytes);
    if (missed) process.exitCode = 1;
    const limits = seconds === null ? '' : `, at most ${seconds} s and ${megabytes} MB${missed ? ': MISSED' : ''}`;
    console.log(
      `${count} runs of ${each} hosts: ${wall.toFixed(1)} s, ${processor.toFixed(1)} s of ${availableParallelism()} processors, peak ${peak.toFixed(0)} MB${limits}`,
    );
    await rm(made, { recursive: true, force: true });
    await rm(out, { recursive: true, force: true });
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
