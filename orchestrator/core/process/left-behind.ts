import { readFileSync, readlinkSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';

/** A variable that every program has from us, and whatever it starts from it: children are found by it, in whatever session they are. */
export const markVariable = 'MPTCP_CENSUS_COMMAND';
/** A program that forks faster than it is ended is left to its fate. */
const mostRounds = 20;

/** When a process started, in clock ticks since boot (proc(5), field 22), which tells it from a later one of the same number; null when there is none. */
export function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

/** The processes that a process can see, by the number of their namespace; null where it cannot be read. */
function processesOf(pid: number | 'self'): string | null {
  try {
    return /\d+/.exec(readlinkSync(`/proc/${pid}/ns/pid`))?.[0] ?? null;
  } catch {
    return null;
  }
}

/** This process, as every mark of its commands begins with: nobody else ever has the same. */
export function ownMark(): string {
  return `${processesOf('self')}-${process.pid}-${startOf(process.pid)}.`;
}

let count = 0;

/** A mark that no other command has. */
export function newMark(): string {
  count += 1;
  return `${ownMark()}${count}`;
}

/** Whether the process that gave a mark is gone; false for one that cannot be looked for from here. */
function isOrphans(mark: string): boolean {
  const [, processes, pid, started] = /^(\d+)-(\d+)-(\d+)\.\d+$/.exec(mark) ?? [];
  return processes !== undefined && processes === processesOf('self') && startOf(Number(pid)) !== started;
}

/** Ends one process, if its mark is wanted. false when it is not, when it has ended, or cannot be looked into: another user's. */
async function endIfMarked(pid: string, isWanted: (mark: string) => boolean): Promise<boolean> {
  try {
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1');
    const entry = environment.split('\0').find((one) => one.startsWith(`${markVariable}=`));
    if (entry === undefined || !isWanted(entry.slice(markVariable.length + 1))) return false;
    process.kill(Number(pid), 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

async function endAll(isWanted: (mark: string) => boolean): Promise<void> {
  for (let round = 0, found = true; found && round < mostRounds; round += 1) {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const ended = await Promise.all(pids.map((pid) => endIfMarked(pid, isWanted)));
    found = ended.includes(true);
  }
}

/** Ends what a program left behind that was stopped, or whose child holds its pipes: also what has made itself a daemon. */
export async function endLeftBehind(mark: string): Promise<void> {
  await endAll((other) => other === mark);
}

/** Ends processes that programs of a killed census left behind, if the guard that should have ended them was killed too. */
export async function endOrphans(): Promise<void> {
  await endAll(isOrphans);
}
