import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse } from 'yaml';
import { z } from 'zod';
import type { PartEntry } from '../../orchestrator/core/folder/entries.ts';
import { readManifest } from '../../orchestrator/core/folder/manifest.ts';
import { raise } from '../lab/lab.ts';
import { tearDown } from '../lab/teardown.ts';

/**
 * The stage handshake over genuine servers in a test Internet of its own: seconds for all of them, and of a part how much is connecting and
 * holding, and how much is reading the capture. Needs root. Exit 1 when 20,000 would take more than 20 minutes at this pace.
 * Usage: node --import tsx scripts/bench/handshake.ts [CANDIDATES [CONCURRENCY [PART_SIZE [HOLD_SECONDS]]]]
 */
const candidates = Number(process.argv[2] ?? 500);
const [concurrency, part, hold] = process.argv.slice(3).map(Number);
const wanted = { candidates: 20_000, seconds: 1200 };

const Section = z.record(z.string(), z.unknown());

/** The lab's own configuration over a list of addresses, with the defaults of a census where nothing else is asked for. */
async function configure(data: string, root: string): Promise<string> {
  const given = Section.parse(parse(await readFile(join(data, 'census.yaml'), 'utf8')));
  const addresses = Array.from({ length: candidates }, (_, i) => `240.0.${(i >> 8) & 255}.${i & 255}`);
  await writeFile(join(root, 'addresses'), `${addresses.join('\n')}\n`);
  const handshake = {
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(hold === undefined ? {} : { hold: `${hold}s` }),
  };
  const config = {
    ...given,
    targets: { addresses: join(root, 'addresses') },
    scan: { ...Section.parse(given.scan), rate: 4000 },
    handshake,
    path: { ping: false },
    parts: part === undefined ? {} : { handshake: part },
  };
  const path = join(data, 'bench.yaml');
  await writeFile(path, JSON.stringify(config));
  return path;
}

const seconds = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 1000;
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The capture runs from the first connection of a part to the last; then the part is decoded. */
function phases({ started_at, ended_at, commands }: PartEntry): { connecting: number; reading: number } {
  const capture = commands.find(({ argv }) => argv[0] === 'dumpcap');
  if (capture === undefined) throw new Error('a part without a capture');
  return { connecting: seconds(started_at, capture.ended_at), reading: seconds(capture.ended_at, ended_at) };
}

if (process.getuid?.() !== 0) {
  console.log('SKIP handshake: network namespaces need root');
  process.exit();
}
const root = await mkdtemp(join(tmpdir(), 'bench-handshake-'));
const { state } = await raise({ world: 'candidates', dir: join(root, 'lab') });
try {
  const config = await configure(state.data, root);
  const run = [process.execPath, '--import', 'tsx', 'orchestrator/cli.ts', 'run', '-c', config, join(root, 'run')];
  await execa('ip', ['netns', 'exec', state.scanner, ...run], { input: '' });
  const stage = (await readManifest(join(root, 'run')))?.stages.handshake;
  const parts = Object.values(stage?.parts ?? {});
  const whole = seconds(stage?.started_at ?? '', stage?.ended_at ?? '');
  const each = parts.map(phases);
  const held = stage?.counts?.answered ?? 0;
  const projected = (whole / candidates) * wanted.candidates;
  console.log(
    `${candidates} candidates, ${held} answered, in ${parts.length} parts: ${whole.toFixed(0)} s, ${(candidates / whole).toFixed(1)} a second; ` +
      `a part: ${mean(each.map(({ connecting }) => connecting)).toFixed(1)} s connecting and holding, ${mean(each.map(({ reading }) => reading)).toFixed(1)} s reading; ` +
      `${wanted.candidates} at this pace: ${(projected / 60).toFixed(1)} min`,
  );
  if (projected > wanted.seconds) process.exitCode = 1;
} finally {
  await tearDown(state);
  await rm(root, { recursive: true, force: true });
}
