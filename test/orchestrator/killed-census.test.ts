// takes: long

import { once } from 'node:events';
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readManifest } from '../../orchestrator/core/folder/manifest.ts';
import { stages } from '../chaos/plan.ts';
import { type Ended, endUnder } from '../chaos/start.ts';
import { cliWords } from '../cli-words.ts';
import { connected, resolved, scanned } from './stages/records.ts';

/**
 * A census whose every program is a stand-in, killed once in each of its stages and resumed, against one that nobody disturbed. Twenty
 * thousand names; `make killed` takes the study's two million, 450,000 addresses of which 429,000 answer.
 */
const names = Number(process.env.KILLED_NAMES ?? 20_000);
const addresses = Math.round(names * 0.225);
/** Units of a part of a stage that asks those found capable alone: some parts, and not a thousand programs at the study's size. */
const few = Math.max(2, Math.round(names / 50_000));
/** The same of one that also asks the thousand controls, of which there are as many in any census. */
const withControls = 100;
const limitMs = 3_600_000;

const test = suite('a census of stand-ins');

const standIn = fileURLToPath(new URL('stand-in/program.mjs', import.meta.url));
const asking = ['resolve', 'scan', 'confirm', 'handshake', 'asn', 'whois', 'geo', 'os', 'path'];
/** Nobody is asked in these: they are killed from outside as they start. */
const alone = ['targets', 'merge', 'report'];

/** A SYN that asks for nothing, and what comes back to it. */
const withoutOption = {
  classification: 'synack_no_option',
  sent_version: null,
  sent_flags: null,
  sent_option: null,
  options_mptcp: [],
  option: null,
  version: null,
  flags: null,
};

/** What the stand-ins print, but for whom it is about. */
const templates = {
  addresses,
  resolve: resolved('', ['']),
  scan: scanned('', []),
  scan_v0: { probe: 'v0', sent_version: 0, options_mptcp: [], option: null },
  opinions: [{ probe: 'port2' }, { probe: 'plain', ...withoutOption }],
  shows: { classification: 'mp_capable', version: 1, flags: '01' },
  handshake: connected('', []),
  asn: { asn: 64500, prefix: '240.0.0.0/8', origins: [64500], as_name: null, failure: null },
  whois: { asn: 64500, prefix: null, country: 'FI', registry: null, allocated: null, as_name: 'CROWD', failure: null },
  geo: { country: 'FI', city: 'Tampere', latitude: 61.5, longitude: 23.8, failure: null },
  os: { candidates: [{ name: 'Linux 6', accuracy: 95, family: null, vendor: null }], failure: null },
  path: { ping_rtt_us: 900, ping_replies: 3, failure: null },
};

async function writeList(path: string): Promise<void> {
  const list = createWriteStream(path);
  for (let n = 0; n < names / 2; n += 1) {
    if (!list.write(`${n + 1},n${n}.example\n`)) await once(list, 'drain');
  }
  list.end();
  await once(list, 'close');
}

function configOf(root: string) {
  const tool = (stage: string) => ({ tool: { command: [process.execPath, standIn, stage, root] } });
  return {
    lab: true,
    lab_ranges: ['240.0.0.0/8'],
    seed: 11,
    targets: { list: 'list.csv', www: true },
    ...Object.fromEntries(asking.map((stage) => [stage, tool(stage)])),
    // Several parts of each, so that a kill finds some done and some not.
    parts: {
      targets: names / 4,
      resolve: names / 4,
      scan: names / 5,
      asn: names / 10,
      whois: few,
      confirm: 500,
      os: few,
      path: withControls,
      handshake: withControls,
      geo: names / 10,
    },
  };
}

interface Made extends Ended {
  peakMb: number;
}

/** Runs the census, or what is missing of it; it is killed as a stage starts. */
async function start(root: string, run: string, killedIn: string | null): Promise<Made> {
  const args = [...cliWords, 'run', '-c', join(root, 'census.yaml'), join(root, run)];
  const child = execa(process.execPath, args, { reject: false, input: '', timeout: limitMs });
  // Long before its first stand-in asks for it.
  writeFileSync(join(root, `token-${child.pid}`), '');
  let peakMb = 0;
  const watch = setInterval(() => {
    const status = existsSync(`/proc/${child.pid}/status`) ? readFileSync(`/proc/${child.pid}/status`, 'utf8') : '';
    peakMb = Math.max(peakMb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  }, 200);
  const stage = stages.findIndex(([name]) => name === killedIn);
  const kill = { stage, afterMs: 0, strike: async (end: (signal: 'SIGKILL') => void) => end('SIGKILL') };
  const ended = await endUnder(child, killedIn === null ? null : kill);
  clearInterval(watch);
  assert.ok(ended.signal === 'SIGKILL' || ended.exitCode === 0, ended.said);
  return { ...ended, peakMb };
}

async function resultOf(root: string, run: string) {
  const manifest = await readManifest(join(root, run));
  const stages = Object.entries(manifest?.stages ?? {}).map(([name, { counts, digest }]) => ({ name, counts, digest }));
  // The page prints when it was measured.
  // Stages that run side by side are entered as they start.
  const sorted = stages.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { result: manifest?.result_sha256, stages: sorted.filter(({ name }) => !alone.slice(1).includes(name)) };
}

test('killed once in each stage and resumed, it ends with the result of one that nobody disturbed', async () => {
  const root = mkdtempSync(join(tmpdir(), 'killed-census-'));
  await writeList(join(root, 'list.csv'));
  writeFileSync(join(root, 'templates.json'), JSON.stringify(templates));
  writeFileSync(join(root, 'census.yaml'), JSON.stringify(configOf(root)));
  const begun = performance.now();
  const whole = await start(root, 'undisturbed', null);
  const undisturbedSeconds = (performance.now() - begun) / 1000;

  for (const stage of asking) writeFileSync(join(root, `kill-${stage}`), '');
  const pending = [...alone];
  const ends: Made[] = [];
  while (ends.at(-1)?.exitCode !== 0) {
    ends.push(await start(root, 'killed', pending[0] ?? null));
    if (ends.at(-1)?.fell) pending.shift();
  }
  assert.equal([...pending, ...asking.filter((stage) => existsSync(join(root, `kill-${stage}`)))], [], 'not killed');
  assert.is(ends.length, asking.length + alone.length + 1);
  assert.equal(await resultOf(root, 'killed'), await resultOf(root, 'undisturbed'));
  const all = (performance.now() - begun) / 1000 - undisturbedSeconds;
  const peak = Math.max(whole.peakMb, ...ends.map(({ peakMb }) => peakMb));
  console.log(
    `${names} names, ${addresses} addresses: ${undisturbedSeconds.toFixed(0)} s undisturbed, ${all.toFixed(0)} s with ${ends.length - 1} kills; peak ${peak.toFixed(0)} MB`,
  );
  rmSync(root, { recursive: true, force: true });
});

test.run();
