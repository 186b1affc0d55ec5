import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './command.ts';
import { writeData } from './data.ts';
import { writeNetnsFiles } from './netns-files.ts';
import { planOf } from './plan.ts';
import { folderOf, type LabState, newId, thisProcess, writeState } from './registry.ts';
import { buildPrograms, servicesOf, start } from './services.ts';
import { sweep, tearDown } from './teardown.ts';
import { type Namespace, type Topology, topologyOf } from './topology.ts';
import { type Firewall, readWorld, type World } from './world.ts';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));

interface Watchdog {
  /** The lab shall outlive its owner: the watchdog ends without touching it. */
  release: () => Promise<void>;
}
export interface Lab {
  state: LabState;
  watchdog: Watchdog;
  /** ms from the first namespace to the last service */
  took: number;
}
export interface LabRequest {
  world: string;
  /** what is changed in the world before anything is made of it */
  change?: (world: World) => World;
  /** in place of the world's own `scanner.firewall` */
  firewall?: Firewall;
  /** absolute; a folder of the lab's own, removed with it, when absent */
  dir?: string;
  user?: { uid: number; gid: number };
}

async function startWatchdog(id: string): Promise<Watchdog> {
  const log = await open(path.join(folderOf(id), 'watchdog.log'), 'w');
  const file = fileURLToPath(new URL('watchdog.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', file, id], {
    cwd: CHECKOUT,
    detached: true,
    stdio: ['pipe', 'pipe', log.fd],
  });
  await log.close();
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('the watchdog has no pipes');
  const [word] = await Promise.race([once(stdout, 'data'), once(child, 'exit')]);
  if (!String(word).includes('ready')) throw new Error(`the watchdog ended at once (${word}): see ${folderOf(id)}`);
  stdout.destroy();
  child.unref();
  return {
    release: async () => {
      child.ref();
      stdin.end('stand');
      await once(child, 'exit');
    },
  };
}

async function worldOf({ world, firewall, change = (read) => read }: LabRequest): Promise<World> {
  const read = change(await readWorld(world));
  return firewall ? { ...read, scanner: { ...read.scanner, firewall } } : read;
}

async function setUp(namespace: Namespace): Promise<void> {
  const within = ['ip', 'netns', 'exec', namespace.name];
  const settings = Object.entries(namespace.sysctls).map(([key, value]) => `${key}=${value}`);
  // -e: not every kernel has every key in a namespace of its own.
  await run([...within, 'sysctl', '-q', '-e', '-w', ...settings]);
  await run(['ip', '-n', namespace.name, '-batch', '-'], { input: `${namespace.ip.join('\n')}\n` });
  if (namespace.nft) await run([...within, 'nft', '-f', '-'], { input: namespace.nft });
}

async function lay(topology: Topology): Promise<void> {
  await run(['ip', '-batch', '-'], { input: `${topology.cables.join('\n')}\n` });
  await Promise.all(topology.namespaces.map(setUp));
}

/**
 * Sets up a lab that lives as long as this process: labs without an owner go first, state and watchdog are there before the first
 * namespace. Throws when a program fails; what was set up until then is gone again.
 */
export async function raise(request: LabRequest): Promise<Lab> {
  await sweep();
  const plan = planOf(await worldOf(request));
  await buildPrograms();
  const id = newId();
  const topology = topologyOf(plan, id);
  const data = request.dir ?? path.join(folderOf(id), 'data');
  const state: LabState = {
    id,
    world: plan.world.name,
    data,
    keep_data: request.dir !== undefined,
    checkout: CHECKOUT,
    scanner: topology.scanner,
    namespaces: topology.namespaces.map(({ name }) => name),
    owner: await thisProcess(),
  };
  await writeState(state);
  const watchdog = await startWatchdog(id);
  const begun = performance.now();
  try {
    await Promise.all([writeData(plan, data, request.user), lay(topology)]);
    await writeNetnsFiles(topology.scanner, plan.world.services.resolver);
    const services = await servicesOf(plan, topology, data, folderOf(id));
    await Promise.all(services.map((service) => start(service, folderOf(id))));
  } catch (error) {
    await tearDown(state);
    throw error;
  }
  return { state, watchdog, took: Math.round(performance.now() - begun) };
}

/** Lets a lab stand when this process ends. */
export async function leaveStanding(lab: Lab): Promise<void> {
  await writeState({ ...lab.state, owner: null });
  await lab.watchdog.release();
}
