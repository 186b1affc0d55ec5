import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSite } from '../../orchestrator/site/make.ts';
import { writeWeek } from './site/world.ts';

/**
 * How long the site of 12 runs takes, and how large its pages are: many countries, thousands of networks. Exit 1 where a page is over 1 MB.
 * Usage: node --import tsx scripts/bench/site.ts [ADDRESSES [FOLDER]]   with a folder, the runs and the site stay there
 */
const addresses = Number(process.argv[2] ?? 400_000);
const kept = process.argv[3];
const weeks = 12;
const largest = 1_000_000;

const folder = kept ?? (await mkdtemp(join(tmpdir(), 'bench-site-')));
const world = {
  addresses,
  ases: Math.max(20, Math.round(addresses / 60)),
  countries: 62,
  ports: [80, 443, 8080, 8443, 22],
  rare: 80,
};
try {
  const runs: string[] = [];
  for (let week = 0; week < weeks; week++) runs.push(await writeWeek(join(folder, 'runs'), world, week));
  const begun = performance.now();
  const out = join(folder, 'www');
  const line = await makeSite({
    ...{ runs, out, k: 5, embargo: null, title: 'MPTCP census', url: 'https://mptcp.example.org/' },
    signal: new AbortController().signal,
    tell: console.error,
  });
  const peak = process.resourceUsage().maxRSS / 1024;
  console.log(`${line}\n  ${((performance.now() - begun) / 1000).toFixed(1)} s, peak ${peak.toFixed(0)} MB`);
  let most = { name: '', size: 0 };
  for (const name of await readdir(out, { recursive: true })) {
    if (!name.endsWith('.html')) continue;
    const { size } = await stat(join(out, name));
    if (size > most.size) most = { name, size };
  }
  console.log(`  largest page: ${most.name}, ${(most.size / 1000).toFixed(0)} kB`);
  if (most.size > largest) process.exitCode = 1;
} finally {
  if (kept === undefined) await rm(folder, { recursive: true, force: true });
}
