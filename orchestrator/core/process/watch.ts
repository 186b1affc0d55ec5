import type { Command } from '../tool.ts';

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
  let idle: NodeJS.Timeout | undefined;
  function expire(text: string): void {
    reason ??= text;
    kill();
  }
  const whole = setTimeout(() => expire(`hung: still running after ${command.timeoutMs / 1000} s`), command.timeoutMs);
  function heard(): void {
    clearTimeout(idle);
    const { idleMs } = command;
    if (idleMs !== undefined) idle = setTimeout(() => expire(`hung: nothing heard for ${idleMs / 1000} s`), idleMs);
  }
  heard();
  return {
    heard,
    what: () => reason,
    end: () => {
      clearTimeout(whole);
      clearTimeout(idle);
    },
  };
}
