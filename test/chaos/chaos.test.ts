// needs: root
// takes: long
// runs: apart: faults fall so many milliseconds after a stage begins, which is another moment of one that is slowed down
import { existsSync } from 'node:fs';
import { appendFile, copyFile, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { tearDown } from '../../scripts/lab/teardown.ts';
import { standUp } from '../lab/census-in-lab.ts';
import { whyNoLab } from '../lab/inside.ts';
import { skipUnless } from '../skip.ts';
import { sharedMounts } from './disk.ts';
import { machineNow } from './left.ts';
import { parties } from './opt-outs.ts';
import { drawRuns, type RunPlan } from './plan.ts';
import { disturbedRun, type Outcome, type Place, type Result } from './run.ts';

/** `make chaos N=200 SEED=1`; ONLY=17 repeats one run of it. */
const total = Number(process.env.CHAOS_FAULTS ?? 10);
const seed = Number(process.env.CHAOS_SEED ?? 1);
const only = process.env.CHAOS_ONLY === undefined ? null : Number(process.env.CHAOS_ONLY);

const test = suite('chaos');

async function placeOf(root: string): Promise<Place> {
  await mkdir(root);
  const stand = await standUp({ world: 'tiny' });
  // A thousand starts of what `make chaos` has built take an hour less than of the sources.
  if (process.env.CHAOS_FAULTS !== undefined) stand.cli = ['dist/cli.js'];
  const config = {
    ...parse(await readFile(stand.config, 'utf8')),
    // Several parts of each stage, so that a fault finds some done and some not.
    parts: { targets: 6, resolve: 20, scan: 6, handshake: 3, asn: 5, whois: 4, geo: 5, path: 8 },
  };
  config.scan = { ...config.scan, versions: [1], reread: '2s' };
  await writeFile(join(root, 'census.yaml'), JSON.stringify(config));
  const blocklist = join(root, 'blocklist.conf');
  await copyFile(join(stand.lab.data, 'blocklist.conf'), blocklist);
  return { stand, root, config: join(root, 'census.yaml'), blocklist, machine: await machineNow(stand.lab) };
}

/** The results of undisturbed runs, by who had opted out of them. */
class References {
  readonly #known = new Map<string, Promise<Result>>();

  async of(out: ReadonlySet<string>, place: Place): Promise<Result> {
    const key = [...out].sort().join(' ');
    const known = this.#known.get(key) ?? this.#make(key, out, place);
    this.#known.set(key, known);
    return await known;
  }

  async #make(key: string, out: ReadonlySet<string>, place: Place): Promise<Result> {
    const blocklist = join(place.root, 'reference.conf');
    await copyFile(place.blocklist, blocklist);
    for (const { address, lines } of parties) if (out.has(address)) await appendFile(blocklist, `${lines[0]}\n`);
    const plan: RunPlan = { index: 10_000 + this.#known.size, seed: 1, disk: 'tmpfs', blows: [] };
    const made = await disturbedRun({ ...place, blocklist }, plan);
    if (made.wrong.length > 0) throw new Error(`undisturbed, without ${key}: ${made.wrong.join('\n')}\n${made.log}`);
    return made;
  }
}

function differences(run: Outcome, reference: Result): string[] {
  const told = [...run.wrong];
  if (run.sha256 !== reference.sha256) told.push(`result_sha256 ${run.sha256}, undisturbed ${reference.sha256}`);
  for (const [stage, counts] of Object.entries(reference.counts)) {
    if (isDeepStrictEqual(counts, run.counts[stage])) continue;
    told.push(`counts of ${stage}: ${JSON.stringify(run.counts[stage])}, undisturbed ${JSON.stringify(counts)}`);
  }
  return told;
}

/** Runs of one round, as many side by side as there are places, and what was wrong with them. */
class Campaign {
  readonly #references = new References();
  readonly faulty: string[] = [];
  fallen = 0;
  runs = 0;

  async round(places: readonly Place[], due: { seed: number; count: number }): Promise<void> {
    const plans = drawRuns(due.seed, due.count).filter(({ index }) => only === null || index === only);
    const lane = async (place: Place) => {
      for (let plan = plans.shift(); plan !== undefined; plan = plans.shift()) await this.#make(place, plan, due);
    };
    await Promise.all(places.map(lane));
  }

  async #make(place: Place, plan: RunPlan, due: { seed: number; count: number }): Promise<void> {
    const begun = performance.now();
    const run = await disturbedRun(place, plan);
    const last = join(place.root, 'run');
    await rename(join(place.root, 'last'), last);
    const told = differences(run, await this.#references.of(run.out, place));
    this.fallen += run.fallen.length;
    this.runs += 1;
    const seconds = ((performance.now() - begun) / 1000).toFixed(0);
    const kinds = run.fallen.map(({ fault }) => fault).join(', ') || 'no fault';
    const end = told.length === 0 ? 'as undisturbed' : 'DIFFERS';
    console.log(
      `run ${this.runs}: ${kinds} on ${plan.disk}; ${run.out.size} opted out; ${end}; ${this.fallen} of ${total} faults, ${seconds} s`,
    );
    if (told.length === 0) return await rm(last, { recursive: true });
    // What the test's own temporary folder holds is gone with the test.
    const kept = join(process.env.OUTER_TMPDIR ?? tmpdir(), `chaos-${due.seed}-${due.count}-${plan.index}`);
    await rm(kept, { recursive: true, force: true });
    await cp(last, kept, { recursive: true });
    await writeFile(join(kept, 'said.log'), run.log);
    const line = `make chaos N=${due.count} SEED=${due.seed} ONLY=${plan.index}`;
    console.log(`  ${line}   run: ${kept}\n  ${told.join('\n  ')}`);
    this.faulty.push(`${line}: ${told.join('; ')}`);
    await rm(last, { recursive: true });
  }
}

const reason = (await whyNoLab()) ?? (existsSync('/dev/loop-control') ? null : 'there are no loop devices');
if (!skipUnless(reason === null, 'chaos', reason ?? '')) {
  test(`${total} faults, and every run ends with the result of one that nobody disturbed`, async () => {
    const root = await mkdtemp(join(tmpdir(), 'chaos-'));
    const unmountAll = await sharedMounts(root);
    const places = await Promise.all(['one', 'two'].map((name) => placeOf(join(root, name))));
    const campaign = new Campaign();
    try {
      // Faults that came after the end of their run fall in another round.
      for (let round = 0; campaign.fallen < total && (only === null || round === 0); round += 1) {
        await campaign.round(places, { seed: seed + round, count: total - campaign.fallen });
      }
    } finally {
      unmountAll();
      await rm(root, { recursive: true, force: true });
      for (const { stand } of places) await tearDown(stand.lab);
    }
    assert.equal(campaign.faulty, []);
    console.log(`${campaign.fallen} faults in ${campaign.runs} runs`);
  });
}

test.run();
