import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { readManifest } from '../../orchestrator/core/folder/manifest.ts';

/**
 * A census of one prefix of which every address answers: a stand-in for zmap prints the replies and sends nothing. Says how long each
 * stage takes, what the orchestrator and its database use, and how large the run is. Exit 1 when an answer is lost or counted twice, or
 * when memory is over its limit. Usage: node --import tsx scripts/bench/answers.ts [PREFIX] [MEMORY]
 */
const prefix = process.argv[2] ?? '240.0.0.0/13';
const memory = process.argv[3] ?? '512MB';
/** Megabytes at most: the database's share, and as much for Node. */
const limit = 1024;

const Usage = z.strictObject({ processor: z.number(), peak: z.number() });

const here = join(import.meta.dirname, '../..');
const stand = join(import.meta.dirname, 'answers/zmap.ts');
const usage = join(import.meta.dirname, 'answers/usage.ts');

/** A way out that leads nowhere: a census without any does not start. */
const wayOut = [
  'mount -t sysfs none /sys',
  'ip link add out type veth peer name far',
  'ip address add 198.18.0.1/32 dev out',
  'ip link set far up',
  'ip link set out up',
].join(' && ');

const config = {
  lab: true,
  lab_ranges: ['240.0.0.0/4'],
  targets: { prefixes: [prefix] },
  scan: { versions: [1], cooldown: '2s', interface: 'out', gateway_mac: '02:00:00:00:00:01' },
  // nobody is there to shake hands
  handshake: { tool: { command: ['cat', '/dev/null'] } },
  asn: { rib: 'rib.dat' },
  path: { ping: false },
  parts: { handshake: 1_000_000 },
  memory,
};

const folder = await mkdtemp(join(tmpdir(), 'bench-answers-'));
const [bin, run, used] = [join(folder, 'bin'), join(folder, 'run'), join(folder, 'usage.json')];
try {
  await mkdir(bin);
  const program = `#!/bin/sh\ncd ${here} && exec ${process.execPath} --import tsx ${stand} "$@"\n`;
  await writeFile(join(bin, 'zmap'), program, { mode: 0o755 });
  await writeFile(join(folder, 'rib.dat'), '240.0.0.0/9\t64500\n240.128.0.0/9\t64501\n');
  await writeFile(join(folder, 'census.yaml'), JSON.stringify(config));
  const args = ['--import', 'tsx', '--import', usage, 'orchestrator/cli.ts'];
  const env = { PATH: `${bin}:${process.env.PATH}`, MPTCP_CENSUS_USAGE_FILE: used };
  const census = [process.execPath, ...args, 'run', '-c', join(folder, 'census.yaml'), run];
  await execa(
    'unshare',
    ['--map-root-user', '--net', '--mount', 'sh', '-c', `${wayOut}; exec "$@"`, 'census', ...census],
    {
      cwd: here,
      env,
    },
  );
  const { processor, peak } = Usage.parse(JSON.parse(await readFile(used, 'utf8')));
  const stages = Object.entries((await readManifest(run))?.stages ?? {});
  const addresses = 2 ** (32 - Number(prefix.split('/')[1]));
  console.log(`${addresses} answers from ${prefix}, ${memory} for the database, ${availableParallelism()} processors`);
  for (const [stage, { started_at, ended_at, parts }] of stages) {
    if (started_at === null || ended_at === null) continue;
    const seconds = (Date.parse(ended_at) - Date.parse(started_at)) / 1000;
    console.log(`  ${stage.padEnd(10)} ${seconds.toFixed(1).padStart(7)} s, ${Object.keys(parts).length} parts`);
  }
  const each = ((processor / addresses) * 1e6).toFixed(1);
  console.log(`  ${each} us of processor an answer without the stand-in, peak ${peak.toFixed(0)} MB`);
  const counted = stages.map(([stage, { counts }]) => [stage, counts?.units_in, counts?.answered]);
  const wrong = counted.filter(
    ([stage, ...ends]) => ['scan', 'asn', 'merge'].includes(String(stage)) && ends.some((n) => n !== addresses),
  );
  for (const [stage, unitsIn, answered] of wrong)
    console.log(`missed: ${stage} has ${unitsIn} in, ${answered} answered`);
  if (peak > limit) console.log(`missed: at most ${limit} MB`);
  if (wrong.length > 0 || peak > limit) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
