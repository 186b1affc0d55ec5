// takes: long
// runs: behind
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readManifest } from '../../../orchestrator/core/folder/manifest.ts';
import { CensusError } from '../../../orchestrator/errors.ts';
import { type Finding, isDamage } from '../../../orchestrator/verify/finding.ts';
import { pathsBelow } from '../../../orchestrator/verify/tree.ts';
import { bytesOf, finishedRun, run, verify } from './whole-run.ts';

const test = suite('random damage in a run folder');

const trials = Number(process.env.FLIPS ?? 40);
const seed = Number(process.env.FLIPS_SEED ?? 20261126);

/** Numbers below 1 from a seed: xorshift. */
function randomOf(start: number): (below: number) => number {
  let state = start >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

type Random = ReturnType<typeof randomOf>;
type Damage = (folder: string, files: string[], random: Random) => string[];

function flip(folder: string, files: string[], random: Random): string[] {
  const file = pick(files, random, (name) => statSync(join(folder, name)).size > 0);
  const bytes = readFileSync(join(folder, file));
  const at = random(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
  writeFileSync(join(folder, file), bytes);
  return [file];
}

function cut(folder: string, files: string[], random: Random): string[] {
  const file = pick(files, random, (name) => statSync(join(folder, name)).size > 0);
  truncateSync(join(folder, file), random(statSync(join(folder, file)).size));
  return [file];
}

function remove(folder: string, files: string[], random: Random): string[] {
  const file = pick(files, random, () => true);
  rmSync(join(folder, file));
  return [file];
}

function swap(folder: string, files: string[], random: Random): string[] {
  const one = pick(files, random, () => true);
  const ending = one.slice(one.lastIndexOf('.'));
  const differs = (name: string) => !bytesOf(folder, name).equals(bytesOf(folder, one));
  const alike = files.filter((name) => name.endsWith(ending) && differs(name));
  const other = pick(alike.length > 0 ? alike : files, random, differs);
  renameSync(join(folder, one), join(folder, 'swapped'));
  renameSync(join(folder, other), join(folder, one));
  renameSync(join(folder, 'swapped'), join(folder, other));
  return [one, other];
}

function add(folder: string, files: string[], random: Random): string[] {
  const beside = pick(files, random, () => true);
  writeFileSync(join(folder, `${beside}.more`), 'more\n');
  return [`${beside}.more`];
}

function pick(files: string[], random: Random, fits: (name: string) => boolean): string {
  const fitting = files.filter(fits);
  const file = fitting[random(fitting.length)];
  assert.ok(file);
  return file;
}

// Most of them flips; each kind often enough in forty.
const damages: readonly [word: string, damage: Damage][] = [
  ['a bit flipped in', flip],
  ['a bit flipped in', flip],
  ['a bit flipped in', flip],
  ['cut short:', cut],
  ['removed:', remove],
  ['swapped:', swap],
  ['added:', add],
];

const place = await finishedRun();
const before = await readManifest(place.folder);
const files = (await pathsBelow(place.folder)).sort();
const hosts = () => ['hosts.parquet', 'domains.parquet'].map((file) => bytesOf(place.folder, file));

/** A finding is of a file, or of the folder that it lies in. */
function names(findings: Finding[], file: string): boolean {
  return findings.some(({ path }) => path === file || (path.endsWith('/') && file.startsWith(path)));
}

/** What a run goes on from and cannot make again: when it was changed, there is nothing but to refuse. */
const relied = /^(manifest\.json|raw\/(?!superseded\/).*|blocklists\/.*|[a-z]+\/\d{5}\.json)$/;

/** The run refuses with the name of a damaged file, or makes again what it can: its result is then that of the undamaged run. true: it refused. */
async function requireNothingPublished(folder: string, damaged: string[], what: string): Promise<boolean> {
  const outputs = ['manifest.json', 'hosts.parquet', 'domains.parquet', 'report/index.html'];
  const intact = outputs.filter((file) => !damaged.includes(file));
  const kept = intact.map((file) => bytesOf(folder, file));
  try {
    const { result_sha256 } = await run(place.config, folder);
    assert.is(result_sha256, before?.result_sha256, what);
    const made = ['hosts.parquet', 'domains.parquet'].map((file) => bytesOf(folder, file));
    assert.ok(
      made.every((bytes, index) => bytes.equals(hosts()[index] ?? Buffer.alloc(0))),
      what,
    );
    return false;
  } catch (error) {
    assert.instance(error, CensusError, `${what}: ${error instanceof Error ? error.stack : String(error)}`);
    if (!(error instanceof CensusError)) return false;
    assert.is(error.code, 'E_RUN_FOLDER', `${what}: ${error.message}`);
    assert.ok(
      damaged.some((file) => error.message.includes(file)),
      `${what}: ${error.message}`,
    );
    assert.equal(
      intact.map((file) => bytesOf(folder, file)),
      kept,
      what,
    );
    return true;
  }
}

test('without damage verify has nothing to say, and another start changes no result', async () => {
  assert.equal((await verify(place.folder)).filter(isDamage), []);
});

test(`verify names each of ${trials} damages, and run publishes nothing from them (seed ${seed})`, async () => {
  const random = randomOf(seed);
  for (let trial = 0; trial < trials; trial += 1) {
    const folder = join(place.at(`trial-${trial}`), 'run');
    mkdirSync(place.at(`trial-${trial}`));
    cpSync(place.folder, folder, { recursive: true });
    const [word, damage] = damages[trial % damages.length] ?? ['', flip];
    const damaged = damage(folder, files, random);
    const what = `trial ${trial}: ${word} ${damaged.join(' and ')}`;
    const findings = await verify(folder);
    for (const file of damaged) assert.ok(names(findings, file), `${what} is not named: ${JSON.stringify(findings)}`);
    const refused = await requireNothingPublished(folder, damaged, what);
    const changed = word !== 'removed:' && word !== 'added:';
    if (changed && damaged.some((file) => relied.test(file))) assert.ok(refused, `${what}: run goes on`);
    rmSync(place.at(`trial-${trial}`), { recursive: true });
  }
});

test.run();
