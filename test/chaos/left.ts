import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { filesBelow } from '../../orchestrator/core/folder/files.ts';
import type { LabState } from '../../scripts/lab/registry.ts';
import { processesIn } from '../../scripts/lab/teardown.ts';
import { inside } from '../lab/inside.ts';

/** How long what outlives a run may take to put things back and end. */
const graceMs = 5000;

/** What a run may change of a machine: its processes, and the settings of its network. */
export interface Machine {
  processes: number[];
  settings: string;
}

/** Counters of the kernel, among its settings. */
const counts = /^net\.(netfilter\.nf_conntrack_count|.*\.stat)/;

async function settingsOf(lab: LabState): Promise<string> {
  const sysctls = await inside(lab, ['sysctl', '-a', '--pattern', '^net[.]']);
  const limits = await inside(lab, ['ip', 'mptcp', 'limits']);
  const endpoints = await inside(lab, ['ip', 'mptcp', 'endpoint']);
  const rules = await inside(lab, ['nft', 'list', 'ruleset']);
  const lines = sysctls.split('\n').filter((line) => !counts.test(line));
  return [...lines, limits, endpoints, rules].join('\n');
}

export async function machineNow(lab: LabState): Promise<Machine> {
  return { processes: await processesIn([lab.scanner]), settings: await settingsOf(lab) };
}

async function wordsOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return `${pid} ${text.replaceAll('\0', ' ').slice(0, 120)}`;
}

/** Ids of processes of the scanner that were not there before. */
export async function newProcesses(lab: LabState, before: Machine): Promise<number[]> {
  return (await processesIn([lab.scanner])).filter((pid) => !before.processes.includes(pid));
}

/** What of the machine is not as it was, once a run has ended in whatever way: nothing, if all is well. */
export async function leftOnMachine(lab: LabState, before: Machine): Promise<string[]> {
  let left: string[] = [];
  for (let waited = 0; waited <= graceMs; waited += 250) {
    const pids = await newProcesses(lab, before);
    const settings = (await settingsOf(lab)).split('\n');
    const known = new Set(before.settings.split('\n'));
    const changed = settings.filter((line) => !known.has(line));
    left = [...(await Promise.all(pids.map(wordsOf))), ...changed].filter((line) => line.trim() !== '');
    if (left.length === 0) return [];
    await sleep(250);
  }
  return left;
}

/** Ends a process, unless it has ended by itself in the meantime. */
export function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Ends what is left of a machine whose power went. */
export async function endAll(lab: LabState, before: Machine): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    const pids = await newProcesses(lab, before);
    if (pids.length === 0) return;
    pids.forEach(end);
    await sleep(20);
  }
  throw new Error('processes of the run cannot be ended');
}

/** What a finished run must not leave behind: locks, halves, scratch, captures outside their parts. */
export async function leftInFolder(folder: string, temp: string): Promise<string[]> {
  const halves = (await filesBelow(folder)).filter(
    (file) =>
      /(^|\/)(\.lock[^/]*|\.tmp|[^/]*\.partial)(\/|$)|\.tmp$/.test(file) ||
      (/\.pcapng/.test(file) && !/^raw\/(superseded\/)?[\w.-]+\/[\w.-]+\/capture\.pcapng(\.gz)?$/.test(file)),
  );
  const folders = (await readdir(folder)).filter((name) => name === '.tmp');
  // tsx keeps what it has compiled there.
  const scratch = (await readdir(temp)).filter((name) => !name.startsWith('tsx-')).map((name) => join(temp, name));
  return [...halves, ...folders, ...scratch];
}

/** Whether a process still has a file of a folder open, by the path of it. */
export async function openBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const path = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
      if (path.startsWith(`${folder}/`)) found.push(`${pid} ${path}`);
    }
  }
  return found;
}
