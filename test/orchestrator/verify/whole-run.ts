import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replayCensus, runCensus } from '../../../orchestrator/census.ts';
import { loadConfig } from '../../../orchestrator/config/file.ts';
import type { Manifest } from '../../../orchestrator/core/folder/manifest.ts';
import type { Reporter } from '../../../orchestrator/core/progress.ts';
import { pipeline } from '../../../orchestrator/pipeline.ts';
import { findTool } from '../../../orchestrator/tools/finder.ts';
import type { Finding } from '../../../orchestrator/verify/finding.ts';
import { verifyFolder } from '../../../orchestrator/verify/verify.ts';

const quiet = { report: () => undefined, signal: new AbortController().signal };

const answer =
  'while read -r line; do name=$(printf %s "$line" | cut -d\'"\' -f4); printf \'{"name":"%s","type":"A","addresses":["198.18.9.9"],"chain":[],"status":"ok","failure":null}\\n\' "$name"; done; echo half a line';

/** A run without network and privileges, of programs of the user's own, with raw files large enough to be compressed. */
export function setUp(names = 40) {
  const root = mkdtempSync(join(tmpdir(), 'verify-'));
  const at = (name: string) => join(root, name);
  const list = Array.from({ length: names }, (_, n) => `${n + 1},a-name-of-some-length-${n}.example\n`);
  writeFileSync(at('list.csv'), `${list.join('')}${names + 1},http://c.example/\n`);
  writeFileSync(at('blocklist'), '198.18.9.77\n');
  const config = {
    lab: true,
    lab_ranges: ['198.18.0.0/15'],
    targets: { list: 'list.csv' },
    resolve: { tool: { command: ['bash', '-c', answer] } },
    scan: { tool: { command: ['cat', '/dev/null'] }, blocklist: 'blocklist' },
    handshake: { tool: { command: ['cat', '/dev/null'] } },
    path: { ping: false },
    parts: { targets: 1000, resolve: 50 },
  };
  writeFileSync(at('census.yaml'), JSON.stringify(config));
  const folder = at('first/run');
  mkdirSync(at('first'));
  return { at, config: at('census.yaml'), folder };
}

export async function run(config: string, folder: string): Promise<Manifest> {
  return await runCensus({ ...quiet, folder, config: loadConfig(config, []), terminal: false });
}

/** A run that is ended as a stage starts. */
export async function runUpTo(stage: string, config: string, folder: string): Promise<Manifest> {
  const controller = new AbortController();
  const report: Reporter = (event) => {
    if (event.type === 'stage_start' && event.stage === stage) controller.abort();
  };
  return await runCensus({
    report,
    signal: controller.signal,
    folder,
    config: loadConfig(config, []),
    terminal: false,
  });
}

export async function replay(folder: string): Promise<void> {
  await replayCensus({ ...quiet, folder, into: join(folder, 'replay'), rules: 'ours' });
}

/** What verify says of a folder. */
export async function verify(folder: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  const progress = { files: 0, of: 0, bytes: 0 };
  for await (const finding of verifyFolder(folder, pipeline(findTool), progress)) findings.push(finding);
  return findings;
}

/** A finished run with a replay in it, and raw files of a part that was measured twice. */
export async function finishedRun() {
  const place = setUp();
  await run(place.config, place.folder);
  rmSync(join(place.folder, 'resolve', '00000.parquet'));
  await run(place.config, place.folder);
  await replay(place.folder);
  return place;
}

export function bytesOf(folder: string, file: string): Buffer {
  return readFileSync(join(folder, file));
}
