import { readFileSync } from 'node:fs';
import type { Command } from '../tool.ts';
import { after } from './timer.ts';

export interface Watch {
  /** To be called whenever the program says anything. */
  heard: () => void;
  /** Why the process was ended; null when it was not. */
  what: () => string | null;
  end: () => void;
}

/** Ends a process that runs too long or falls silent; `what` then says which of the two it was. */
export function watch(command: Command, kill: () => void): Watch {
  let reason: string | null = null;
  let stopIdle = () => {};
  function expire(text: string): void {
    reason ??= text;
    kill();
  }
  const stopWhole = after(command.timeoutMs, () => expire(`hung: still running after ${command.timeoutMs / 1000} s`));
  function heard(): void {
    stopIdle();
    const { idleMs } = command;
    if (idleMs !== undefined) stopIdle = after(idleMs, () => expire(`hung: nothing heard for ${idleMs / 1000} s`));
  }
  heard();
  return {
    heard,
    what: () => reason,
    end: () => {
      stopWhole();
      stopIdle();
    },
  };
}

/** Whether a process waits for something (proc(5), field 3): it has read whatever it was handed. True where nobody can tell. */
export function isAsleep(pid: number | undefined): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('S');
  } catch {
    return true;
  }
}
