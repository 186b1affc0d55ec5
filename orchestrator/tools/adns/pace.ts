import type { Config } from '../../config/config.ts';

/** Half as much may be open when names are asked again: a resolver that was too busy is less so. */
const againShare = 2;

/** How much may be open at once. */
export interface Limits {
  /** Questions that may still be answered soon. */
  window: number;
  /** All questions, those among them that have been silent for long. */
  open: number;
}

export interface Pace extends Limits {
  /** Milliseconds without an answer after which a question leaves the window. */
  silentAfter: number;
  /** Milliseconds without an answer after which it is given up. */
  patience: number;
}

/** How the configuration wants its names asked. */
export function paceOf({ resolve }: Config): Pace {
  const { window, open, silent_after, patience } = resolve;
  return { window: Math.min(window, open), open, silentAfter: 1000 * silent_after, patience: 1000 * patience };
}

/** The limits when names are asked once more. */
export function limitsAgain(pace: Pace): Limits {
  const open = Math.ceil(pace.open / againShare);
  return { open, window: Math.min(pace.window, open) };
}
