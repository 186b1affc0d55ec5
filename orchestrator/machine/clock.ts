import { uptime } from 'node:os';
import { nowIso } from '../core/folder/entries.ts';
import type { ManifestFile } from '../core/folder/manifest.ts';
import { every } from '../core/process/timer.ts';

const lookMs = 5_000;
/** A clock that is corrected gradually moves by some milliseconds between two looks. */
const leastStep = 1;

/** Two clocks in seconds: the one used for timestamps, and one that nobody can set. The latter includes time asleep. */
export interface Clocks {
  wall: number;
  up: number;
}

function clocksNow(): Clocks {
  return { wall: Date.now() / 1000, up: uptime() };
}

/** Seconds by which the clock was set between two looks, negative if back; null if it was not. */
export function clockStep(before: Clocks, now: Clocks): number | null {
  const step = now.wall - before.wall - (now.up - before.up);
  return Math.abs(step) < leastStep ? null : Math.round(step * 10) / 10;
}

/** Does the work, and records in the manifest if the clock is set meanwhile: times before and after that do not compare. */
export async function watchingClock<T>(
  manifest: ManifestFile,
  work: () => Promise<T>,
  { look = clocksNow, ms = lookMs } = {},
): Promise<T> {
  let before = look();
  async function compare(): Promise<void> {
    const now = look();
    const seconds = clockStep(before, now);
    before = now;
    if (seconds === null) return;
    manifest.data.starts.at(-1)?.clock_steps.push({ at: nowIso(), seconds });
    await manifest.save();
  }
  const end = every(ms, compare);
  try {
    const done = await work();
    await end();
    await compare();
    return done;
  } catch (error) {
    await end().catch(() => undefined); // why the work failed is told, not that
    throw error;
  }
}
