import { appendFile, copyFile, cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { accounted, type Counts } from '../../orchestrator/core/folder/entries.ts';
import { readManifest } from '../../orchestrator/core/folder/manifest.ts';
import { randomFrom } from '../../scripts/lab/random.ts';
import type { LabState } from '../../scripts/lab/registry.ts';
import { census, type Stand, startCensus } from '../lab/census-in-lab.ts';
import { inside } from '../lab/inside.ts';
import { type Disk, mountDisk } from './disk.ts';
import { end, endAll, leftInFolder, leftOnMachine, type Machine, newProcesses, openBelow } from './left.ts';
import { drawOptOut } from './opt-outs.ts';
import type { Blow, RunPlan } from './plan.ts';
import { type Due, type Ended, endUnder } from './start.ts';

/** Where runs are made. */
export interface Place {
  stand: Stand;
  /** A folder for the disks, blocklists and temporary files of all runs. */
  root: string;
  config: string;
  blocklist: string;
  /** The machine before any run. */
  machine: Machine;
}

export interface Result {
  sha256: string | null;
  counts: Record<string, Counts | null>;
}

export interface Outcome extends Result {
  out: Set<string>;
  /** Faults that fell while it ran, and those that came too late. */
  fallen: Blow[];
  missed: Blow[];
  starts: number;
  /** What is not as it should be. */
  wrong: string[];
  /** What it said, start by start. */
  log: string;
}

/** No start of a small world takes so long. */
const limitMs = 180_000;

const rates = { 'scan.rate': 1000, 'resolve.window': 50, 'resolve.open': 300, 'scan.retries': 1 };

/** One run on its way through its faults. */
class Disturbed {
  readonly place: Place;
  readonly plan: RunPlan;
  readonly disk: Disk;
  readonly temp: string;
  readonly folder: string;
  readonly blocklist: string;
  readonly random: () => number;
  readonly outcome: Outcome;
  readonly rates: Record<string, number> = { ...rates };
  /** Gives the room of a full disk back. */
  #free = async () => {};

  constructor(place: Place, plan: RunPlan, disk: Disk) {
    this.place = place;
    this.plan = plan;
    this.disk = disk;
    this.folder = join(disk.path, 'run');
    this.temp = join(place.root, 'temp');
    this.blocklist = join(place.root, 'opt-outs.conf');
    this.random = randomFrom(plan.seed);
    const nothing = { sha256: null, counts: {}, out: new Set<string>(), fallen: [], missed: [], starts: 0, wrong: [] };
    this.outcome = { ...nothing, log: '' };
  }

  get args(): string[] {
    const set = Object.entries({ ...this.rates, 'scan.blocklist': this.blocklist }).map(
      ([key, value]) => `${key}=${value}`,
    );
    return ['run', '-c', this.place.config, this.folder, ...set.flatMap((one) => ['--set', one])];
  }

  async start(blow: Blow | null): Promise<Ended> {
    const { outcome } = this;
    // One that hangs hears of no TERM either.
    const limit = { timeout: limitMs, killSignal: 'SIGKILL', env: { TMPDIR: this.temp } } as const;
    const child = startCensus(this.place.stand, this.args, limit);
    const ended = await endUnder(child, blow === null ? null : { ...blow, strike: this.#strike(blow) });
    outcome.starts += 1;
    outcome.log += `--- start ${outcome.starts}, ${blow === null ? 'undisturbed' : JSON.stringify(blow)}: exit ${ended.exitCode} ${ended.signal ?? ''}\n${ended.said}\n`;
    if (/^ {4}at /m.test(ended.said) || /^error: uncaught/im.test(ended.said))
      outcome.wrong.push(`a stack trace at start ${outcome.starts}`);
    if (ended.hung !== null) outcome.wrong.push(`start ${outcome.starts} ${ended.hung}`);
    return ended;
  }

  #strike({ fault, lastsMs }: Blow): Due['strike'] {
    return async (end) => {
      if (fault === 'kill') end('SIGKILL');
      if (fault === 'term') end('SIGTERM');
      if (fault === 'hup') end('SIGHUP');
      if (fault === 'program killed') await this.#killProgram();
      if (fault === 'full disk') {
        this.#free = await this.disk.fill();
        if (lastsMs !== null) sleep(lastsMs).then(this.#free, () => undefined);
      }
      if (fault === 'power cut') {
        await this.disk.cutPower();
        end('SIGKILL');
      }
    };
  }

  /** As the kernel does when memory runs out; what puts settings back has tests of its own. */
  async #killProgram(): Promise<void> {
    const { stand, machine } = this.place;
    const programs: number[] = [];
    for (const pid of await newProcesses(stand.lab, machine)) {
      const name = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
      if (name !== '' && !/^(node|MainThread|esbuild|mptcp-guard)$/.test(name)) programs.push(pid);
    }
    const pid = programs[Math.floor(this.random() * programs.length)];
    if (pid !== undefined) end(pid);
  }

  /** After a fault: the machine must be as it was, with the power gone it comes up anew. */
  async settle({ fault }: Blow): Promise<void> {
    const { stand, machine } = this.place;
    await this.#free();
    if (fault === 'power cut') {
      await endAll(stand.lab, machine);
      await boot(stand.lab, machine);
      await this.disk.powerOn();
    }
    const left = await leftOnMachine(stand.lab, machine);
    if (left.length > 0) {
      this.outcome.wrong.push(`left after ${fault}: ${left.slice(0, 4).join('; ')}`);
      await endAll(stand.lab, machine);
      await boot(stand.lab, machine);
    }
  }

  /** What the user does before the next start. */
  async change(blow: Blow): Promise<void> {
    if (blow.optsOut) {
      const { lines, address } = await drawOptOut(this.folder, this.outcome.out, this.random);
      await appendFile(this.blocklist, lines.map((line) => `${line}\n`).join(''));
      if (address !== null) this.outcome.out.add(address);
    }
    if (!blow.lowers) return;
    const keys = Object.keys(this.rates);
    const key = keys[Math.floor(this.random() * keys.length)] ?? 'scan.rate';
    const now = this.rates[key] ?? 1;
    this.rates[key] = key === 'scan.retries' ? 0 : Math.max(20, Math.floor(now * (0.5 + this.random() / 2)));
  }
}

/** What the handshake holds, as a machine that boots sets it; nft tables went with whoever owned them. */
const held =
  /^net\.(mptcp\.(blackhole_timeout|path_manager|checksum_enabled|syn_retrans_before_tcp_fallback)|ipv4\.ip_local_reserved_ports) = /;

async function boot(lab: LabState, { settings }: Machine): Promise<void> {
  const lines = settings.split('\n');
  const sysctls = lines.filter((line) => held.test(line)).map((line) => line.replace(' = ', '='));
  await inside(lab, ['sysctl', '-q', '-w', ...sysctls]);
  const limits = lines.find((line) => line.startsWith('add_addr_accepted '));
  if (limits !== undefined) await inside(lab, ['ip', 'mptcp', 'limits', 'set', ...limits.trim().split(' ')]);
}

/** Makes one run and lets its faults fall on it, one a start, until it ends by itself. `last` below the root is its folder then. */
export async function disturbedRun(place: Place, plan: RunPlan): Promise<Outcome> {
  const root = join(place.root, `run-${plan.index}`);
  await mkdir(root, { recursive: true });
  const disk = await mountDisk(plan.disk, root);
  const run = new Disturbed(place, plan, disk);
  const { outcome } = run;
  try {
    await rm(run.temp, { recursive: true, force: true });
    await mkdir(run.temp);
    await copyFile(place.blocklist, run.blocklist);
    for (const [index, blow] of plan.blows.entries()) {
      const ended = await run.start(blow);
      if (!ended.fell) {
        outcome.missed.push(...plan.blows.slice(index));
        break;
      }
      outcome.fallen.push(blow);
      await run.settle(blow);
      await run.change(blow);
    }
    const last = await run.start(null);
    if (last.exitCode !== 0)
      outcome.wrong.push(`it does not come to its end: ${last.said.split('\n').slice(-6).join(' / ')}`);
    else await inspect(run);
    outcome.wrong.push(
      ...(await leftOnMachine(place.stand.lab, place.machine)).map((line) => `left at the end: ${line}`),
    );
    outcome.wrong.push(...(await openBelow(disk.path)).map((line) => `still open: ${line}`));
  } finally {
    await endAll(place.stand.lab, place.machine);
    await rm(join(place.root, 'last'), { recursive: true, force: true });
    await cp(run.folder, join(place.root, 'last'), { recursive: true });
    await disk.remove();
    await rm(root, { recursive: true, force: true });
  }
  return outcome;
}

async function inspect({ place, folder, temp, outcome }: Disturbed): Promise<void> {
  const manifest = await readManifest(folder);
  outcome.sha256 = manifest?.result_sha256 ?? null;
  for (const [name, { counts }] of Object.entries(manifest?.stages ?? {})) {
    outcome.counts[name] = counts;
    if (counts !== null && accounted(counts) !== counts.units_in) outcome.wrong.push(`counts of ${name} do not add up`);
  }
  for (const command of ['verify', 'replay']) {
    const { exitCode, stdout, stderr } = await census(place.stand, [command, folder]);
    if (exitCode !== 0) outcome.wrong.push(`${command}: ${stdout}${stderr}`);
  }
  await rm(join(folder, 'replay'), { recursive: true, force: true });
  outcome.wrong.push(...(await leftInFolder(folder, temp)).map((file) => `left in the folder: ${file}`));
}
