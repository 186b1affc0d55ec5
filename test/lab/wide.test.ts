// needs: root
// takes: long
// runs: apart: it scans at 4,000 packets a second; a receiver that is starved loses answers
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { z } from 'zod';
import { PartEntry } from '../../orchestrator/core/folder/entries.ts';
import { type Manifest, readManifest } from '../../orchestrator/core/folder/manifest.ts';
import { openSeal } from '../../orchestrator/core/folder/sealed.ts';
import { run } from '../../scripts/lab/command.ts';
import { tearDown } from '../../scripts/lab/teardown.ts';
import { skipUnless } from '../skip.ts';
import { type Stand, standUp, startCensus } from './census-in-lab.ts';
import { whyNoLab } from './inside.ts';

/**
 * A census of a prefix of which every address answers, killed in the middle of its scan and resumed, against one that nobody
 * disturbed. `make wide` runs it over a wider prefix, at the rate that the machine keeps up with, against the count of its addresses.
 */
const prefix = process.env.WIDE_PREFIX ?? '240.0.0.0/19';
const rate = Number(process.env.WIDE_RATE ?? 4000);
const partSize = Number(process.env.WIDE_PART ?? 2048);
const cooldown = process.env.WIDE_COOLDOWN ?? '2s';
/** Twice the time: none where the other's counts are known beforehand. */
const compared = process.env.WIDE_COMPARED !== '0';
const addresses = 2 ** (32 - Number(prefix.split('/')[1]));
const shards = Math.ceil(addresses / partSize);

const test = suite('lab/wide');

async function manifestOf(stand: Stand, name: string): Promise<Manifest> {
  const manifest = await readManifest(stand.folder(name));
  if (manifest === null) throw new Error(`${name} has no manifest`);
  return manifest;
}

/** The lab's own configuration, with a prefix in the place of its list. */
async function configure(stand: Stand): Promise<void> {
  const given = z.record(z.string(), z.unknown()).parse(parse(await readFile(stand.config, 'utf8')));
  const scan = z.record(z.string(), z.unknown()).parse(given.scan);
  const config = {
    ...given,
    targets: { prefixes: [prefix] },
    scan: { ...scan, rate, cooldown },
    parts: { scan: partSize },
    memory: '512MB',
  };
  stand.config = join(stand.lab.data, 'wide.yaml');
  await writeFile(stand.config, JSON.stringify(config));
}

const secondsOf = (entry?: { started_at: string | null; ended_at: string | null }) =>
  (Date.parse(entry?.ended_at ?? '') - Date.parse(entry?.started_at ?? '')) / 1000;

async function undisturbed(stand: Stand): Promise<Manifest> {
  const ended = await startCensus(stand, ['run', '-c', stand.config, stand.folder('undisturbed')]);
  assert.is(ended.exitCode, 0, ended.stdout + ended.stderr);
  const whole = await manifestOf(stand, 'undisturbed');
  assert.is(Object.keys(whole.stages.scan?.parts ?? {}).length, shards);
  assert.is(whole.stages.scan?.counts?.answered, addresses, 'the lab lost replies: lower the rate');
  return whole;
}

/** Starts a run and ends it with SIGKILL once a file is there; the part behind it is in flight then. */
async function killedOnce(stand: Stand, folder: string, file: string): Promise<void> {
  const child = startCensus(stand, ['run', '-c', stand.config, folder]);
  while (!existsSync(join(folder, file))) await setTimeout(50);
  while (!(await readdir(join(folder, 'raw/scan'))).some((name) => name.endsWith('.partial'))) await setTimeout(50);
  child.kill('SIGKILL');
  const { signal, stdout, stderr } = await child;
  assert.is(signal, 'SIGKILL', stdout + stderr);
}

const reason = await whyNoLab();
if (!skipUnless(reason === null, 'lab/wide', reason ?? '')) {
  const stand = await standUp({ world: 'wide' });
  await configure(stand);
  // a burst that finds the responder asleep must wait, not be lost
  const [site] = stand.lab.namespaces.filter((name) => name.endsWith('-wide'));
  await run(['ip', '-n', site ?? '', 'link', 'set', 'tun0', 'txqueuelen', '100000']);

  test('a prefix in shards, killed in the middle of its scan, loses one part in flight and ends with the same rows', async () => {
    const whole = compared ? await undisturbed(stand) : null;
    const killed = stand.folder('killed');
    const last = String(Math.floor(shards / 2)).padStart(5, '0');
    const name = `scan/${last}.json`;
    await killedOnce(stand, killed, name);
    const { value, seal } = openSeal(name, await readFile(join(killed, name), 'utf8'));
    assert.is(seal, 'whole');
    const entry = PartEntry.parse(value);
    const lost = (Date.now() - Date.parse(entry.ended_at)) / 1000;
    const resumed = await startCensus(stand, ['run', '-c', stand.config, killed]);
    assert.is(resumed.exitCode, 0, resumed.stdout + resumed.stderr);
    const after = await manifestOf(stand, 'killed');
    assert.equal(after.stages.scan?.parts[last], entry, 'what was done before the kill was not done again');
    assert.is(after.stages.scan?.counts?.answered, addresses, 'the lab lost replies: lower the rate');
    assert.is(after.stages.merge?.counts?.records_out, addresses);
    if (whole !== null) {
      assert.is(after.result_sha256, whole.result_sha256);
      assert.equal(after.stages.scan?.counts, whole.stages.scan?.counts);
    }
    const longest = Math.max(...Object.values(after.stages.scan?.parts ?? {}).map(secondsOf));
    console.log(
      `${addresses} addresses in ${shards} parts: scan ${secondsOf(after.stages.scan).toFixed(0)} s; ${lost.toFixed(1)} s lost by the kill, ${longest.toFixed(0)} s at most`,
    );
    assert.ok(lost < 600 && longest < 600, `${lost} s and ${longest} s: a part of more than ten minutes`);
  });

  test('the lab goes', async () => {
    await tearDown(stand.lab);
  });
}

test.run();
