import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { DuckDBInstance } from '@duckdb/node-api';
import { readBlocklist } from '../address/blocklist.ts';
import { formatPrefix } from '../address/ip.ts';
import { PrefixSet } from '../address/prefix-set.ts';
import { openDatabase } from '../core/database/duckdb.ts';
import { exists } from '../core/folder/files.ts';
import { throwIfStopped } from '../core/stop.ts';
import { CensusError, codeOf } from '../errors.ts';
import { confidenceOf } from '../history/confidence.ts';
import { type Given, readGiven, requireDistinct, requireOneWorld } from '../history/given.ts';
import { asItIs, isCurrent, judgeAgain } from '../history/judged.ts';
import { vantageNumbers } from '../history/marks.ts';
import { type Floor, floorsOf } from '../report/rescan/floor.ts';
import type { Cause } from '../schemas/history.ts';
import { Difference } from '../schemas/records/difference.ts';
import { causeOf, type Pair, type Side } from './causes.ts';
import {
  compareUnits,
  type DifferingRow,
  differingRows,
  type Name,
  prefixesOf,
  type Totals,
  totalsOf,
} from './units.ts';

const memory = '600MB';

/** How many endpoints and versions have one cause, version, and pair of verdicts. */
export interface CauseCount {
  cause: Cause;
  version: string;
  before: string;
  after: string;
  endpoints: number;
}

export interface Noise {
  run: string;
  floors: Floor[];
}

export interface DiffSummary {
  first: { run: string; time: string };
  second: { run: string; time: string };
  totals: Totals;
  /** How far two scans of one run agree, of each run that has a rescan: what differs between the runs no more than that may be no change. */
  noise: Noise[];
  /** Of those that differ, the ones whose words in the two runs are the same, and are no longer once both are judged by the rules of today. */
  hidden: number;
  causes: CauseCount[];
}

async function readSide(folder: string): Promise<Given> {
  try {
    return await readGiven(resolve(folder));
  } catch (cause) {
    if (codeOf(cause) === null || !(cause instanceof CensusError)) throw cause;
    throw new CensusError(cause.code, `${folder}: ${cause.message}`, cause.hint, cause);
  }
}

/** All that opted out of a run at any time, as far as its folder keeps it. */
async function optOutsOf({ folder, manifest }: Given): Promise<PrefixSet> {
  const copies = manifest.starts.flatMap(({ blocklist, rereads }) => [blocklist, ...rereads]);
  const files = new Set(copies.flatMap((entry) => (entry === null ? [] : [join(folder, entry.copy)])));
  const prefixes: string[] = [];
  for (const file of files) {
    if (await exists(file)) prefixes.push(...readBlocklist(file).prefixes.map(formatPrefix));
  }
  return new PrefixSet(prefixes);
}

function impairedOf({ manifest }: Given): string | null {
  const seen = (manifest.vantage_impaired ?? []).filter(({ stage }) => stage === 'scan' || stage === 'confirm');
  const words = seen.map(({ sentinel, moment, stage }) => `${sentinel} at the ${moment} of ${stage}`);
  return words.length === 0
    ? null
    : `sentinels of ${manifest.run} did not answer as they must: ${[...new Set(words)].join(', ')}`;
}

/** What a run lost by its own count, where that is more than a point of a series should. */
function lostOf({ manifest }: Given): string | null {
  const { confidence_reasons } = confidenceOf({ manifest, hosts: { controls: [] }, coverage: null });
  const lost = confidence_reasons.find(({ reason }) => reason === 'replies_lost' || reason === 'probes_lost');
  return lost === undefined ? null : `${manifest.run}: ${lost.text}`;
}

function pairOf(first: Given, second: Given): Pair {
  const [one, other] = vantageNumbers([first, second]);
  return {
    otherVantage: one !== other,
    impaired: [impairedOf(first), impairedOf(second)],
    lost: [lostOf(first), lostOf(second)],
  };
}

/** What decides of a side beside its rows. */
interface Known {
  run: Given;
  prefixes: PrefixSet;
  optOuts: PrefixSet;
}

function sideOf({ run, prefixes, optOuts }: Known, row: DifferingRow, name: Name): Side {
  const { verdict, rules, judged, judged_rules, answered, led, moved, unresolved } = row[name];
  const { versions, ports } = run.config.scan;
  return {
    verdict,
    rules: judged_rules.length === 0 ? rules : judged_rules,
    judged,
    answered,
    questionAsked: versions.some((version) => `v${version}` === row.version) && ports.includes(row.port),
    led: led || prefixes.contains(row.address),
    blocked: optOuts.contains(row.address),
    movedTo: moved,
    unresolved,
  };
}

function differenceOf(row: DifferingRow, sides: readonly [Known, Known], pair: Pair): Difference {
  const [before, after] = [sideOf(sides[0], row, 'a'), sideOf(sides[1], row, 'b')];
  const { cause, detail } = causeOf({ before, after, pair });
  const moved = before.led || before.answered ? after.movedTo : before.movedTo;
  return {
    ...{ address: row.address, port: row.port, version: row.version },
    ...{ before: before.verdict, after: after.verdict, cause, detail },
    ...{
      rules_before: row.a.rules,
      rules_after: row.b.rules,
      judged_before: before.judged,
      judged_after: after.judged,
    },
    moved_to: cause === 'address_moved' ? [...moved] : [],
  };
}

async function knownOf(database: DuckDBInstance, run: Given, name: Name): Promise<Known> {
  return { run, prefixes: new PrefixSet(await prefixesOf(database, name)), optOuts: await optOutsOf(run) };
}

class Counts {
  readonly #counts = new Map<string, CauseCount>();
  hidden = 0;

  add({ cause, version, before, after }: Difference): void {
    if (before === after) this.hidden += 1;
    const key = `${cause} ${version} ${before} ${after}`;
    const known = this.#counts.get(key) ?? { cause, version, before, after, endpoints: 0 };
    this.#counts.set(key, { ...known, endpoints: known.endpoints + 1 });
  }

  /** The most frequent first. */
  all(): CauseCount[] {
    const text = ({ cause, version, before, after }: CauseCount) => `${cause} ${version} ${before} ${after}`;
    return [...this.#counts.values()].sort((a, b) => b.endpoints - a.endpoints || (text(a) < text(b) ? -1 : 1));
  }
}

export interface DiffInput {
  /** Folders of two finished runs. */
  first: string;
  second: string;
  /** Folder for what is put together on the way. */
  temp: string;
  signal: AbortSignal;
  /** Takes each difference, in order of address, port and version. */
  take: (difference: Difference) => Promise<void>;
}

/**
 * Gives every endpoint and version whose verdict differs between two runs exactly one cause. The runs are only read; where other rules than
 * today's judged one, its records are judged again to tell the rules' doing from the hosts'.
 * @throws CensusError where a folder is no finished run, both are one, or one is a lab's and the other is not
 */
export async function diffRuns({ first, second, temp, signal, take }: DiffInput): Promise<DiffSummary> {
  const runs = [await readSide(first), await readSide(second)] as const;
  requireDistinct(runs);
  requireOneWorld(runs);
  await mkdir(temp, { recursive: true });
  const scratch = await mkdtemp(join(temp, 'diff-'));
  const database = await openDatabase({ temp: join(scratch, '.tmp'), memoryLimit: memory });
  try {
    const judge = async (run: Given, name: Name) => {
      const stored = join(run.folder, 'hosts.parquet');
      if (isCurrent(run, 'ours')) return { stored, judged: await asItIs(run) };
      return { stored, judged: await judgeAgain(run, 'ours', join(scratch, name), signal) };
    };
    const given = { a: await judge(runs[0], 'a'), b: await judge(runs[1], 'b') };
    await compareUnits(database, given);
    const noise: Noise[] = [];
    for (const { judged } of Object.values(given)) {
      const floors = await floorsOf(database, judged.rescanned);
      if (floors !== null) noise.push({ run: judged.run.name, floors });
    }
    const sides = [await knownOf(database, runs[0], 'a'), await knownOf(database, runs[1], 'b')] as const;
    const pair = pairOf(...runs);
    const counts = new Counts();
    for await (const row of differingRows(database)) {
      throwIfStopped(signal, 'diff');
      const difference = Difference.parse(differenceOf(row, sides, pair));
      counts.add(difference);
      await take(difference);
    }
    const [one, other] = runs.map(({ name, time }) => ({ run: name, time }));
    if (one === undefined || other === undefined) throw new Error('two runs are compared');
    return {
      ...{ first: one, second: other, totals: await totalsOf(database), noise },
      ...{ hidden: counts.hidden, causes: counts.all() },
    };
  } finally {
    database.closeSync();
    await rm(scratch, { recursive: true, force: true });
  }
}
