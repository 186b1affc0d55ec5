import { readdir, readFile } from 'node:fs/promises';

/** A variable that every program has from us, and whatever it starts from it: children are found by it, in whatever session they are. */
export const markVariable = 'MPTCP_CENSUS_COMMAND';
/** A program that forks faster than it is ended is left to its fate. */
const mostRounds = 20;

let count = 0;

/** A mark that no other command has. */
export function newMark(): string {
  count += 1;
  return `${process.pid}.${process.hrtime.bigint()}.${count}`;
}

/** Ends one process. false when it has ended, or cannot be looked into: another user's. */
async function endIfMarked(pid: string, entry: string): Promise<boolean> {
  try {
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1');
    if (!`\0${environment}`.includes(entry)) return false;
    process.kill(Number(pid), 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

/** Ends what a program left behind that was stopped, or whose child holds its pipes: also what has made itself a daemon. */
export async function endLeftBehind(mark: string): Promise<void> {
  const entry = `\0${markVariable}=${mark}\0`;
  for (let round = 0, found = true; found && round < mostRounds; round += 1) {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const ended = await Promise.all(pids.map((pid) => endIfMarked(pid, entry)));
    found = ended.includes(true);
  }
}
