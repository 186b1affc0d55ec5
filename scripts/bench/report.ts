import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { writeWorld } from './merge/world.ts';

/**
 * What a report costs on the hosts and domains of a made-up census, as merge writes them, with names and a seed, 512 MB for the database.
 * Exit 1 when it takes longer than 2 s and 1.3 us an address (15 s of ten million), or 1 GB.
 * Usage: node --import tsx scripts/bench/report.ts [ADDRESSES [SHARE]]
 */
const addresses = Number(process.argv[2] ?? 1_000_000);
/** Of endpoints that return an MPTCP option. */
const mptcp = Number(process.argv[3] ?? 0.01);
const most = { wall: 2 + 1.3e-6 * addresses, peak: 1000 };

const Cost = z.object({ processor: z.number(), wall: z.number(), peak: z.number() });

const here = join(import.meta.dirname, '../..');
const [merge, report] = ['merge/one.ts', 'report/one.ts'].map((name) => join(import.meta.dirname, name));
const folder = await mkdtemp(join(tmpdir(), 'bench-report-'));
const [world, records, out] = ['world', 'records', 'out'].map((name) => join(folder, name));

async function run(script: string | undefined, ...paths: (string | undefined)[]): Promise<string> {
  const argv = ['--import', 'tsx', script, here, ...paths].map((word) => word ?? '');
  return (await execa('node', argv, { cwd: here })).stdout;
}

try {
  await writeWorld(world ?? '', { addresses, mptcp });
  await run(merge, world, records);
  await rm(world ?? '', { recursive: true });
  const { processor, wall, peak } = Cost.parse(JSON.parse(await run(report, records, out)));
  const missed = wall > most.wall || peak > most.peak;
  if (missed) process.exitCode = 1;
  console.log(
    `report of ${addresses} addresses, ${mptcp * 100} % return an option, ${availableParallelism()} processors: ${wall.toFixed(1)} s, ` +
      `${processor.toFixed(1)} s of processor, peak ${peak.toFixed(0)} MB${missed ? `; more than ${most.wall.toFixed(1)} s or ${most.peak} MB` : ''}`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
