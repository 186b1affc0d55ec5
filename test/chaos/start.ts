import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { stages } from './plan.ts';

/** How long TERM may take to end a run. */
const termMs = 20_000;

type EndSignal = 'SIGKILL' | 'SIGTERM' | 'SIGHUP';

/** A program that has just been started. */
interface Child extends PromiseLike<{ exitCode?: number | undefined; signal?: string | undefined; timedOut: boolean }> {
  stdout: Readable;
  stderr: Readable;
  kill: (signal: EndSignal) => boolean;
}

export interface Ended {
  exitCode: number | null;
  signal: string | null;
  said: string;
  /** The fault fell before the run had ended. */
  fell: boolean;
  /** What took too long; null where nothing did. */
  hung: string | null;
}

/** What happens to a run, and when: so long after a stage, or one behind it, has started. */
export interface Due {
  stage: number;
  afterMs: number;
  strike: (end: (signal: EndSignal) => void) => Promise<void>;
}

/** Resolves when a fault is due; `hear` is to be called with all that the run has said. */
function waiting({ stage, afterMs }: Due): { hear: (said: string) => void; due: Promise<void> } {
  const started = new RegExp(
    `^(${stages
      .slice(stage)
      .map(([name]) => name)
      .join('|')}) +starts`,
    'm',
  );
  let armed = false;
  let resolve = () => {};
  const due = new Promise<void>((done) => {
    resolve = done;
  });
  function hear(said: string): void {
    if (armed || !started.test(said)) return;
    armed = true;
    if (afterMs === 0) resolve();
    else sleep(afterMs).then(resolve);
  }
  return { hear, due };
}

/** Waits for the end of a run that has just been started, and lets a fault fall on it. */
export async function endUnder(child: Child, fault: Due | null): Promise<Ended> {
  let said = '';
  const wait = fault === null ? null : waiting(fault);
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk;
      wait?.hear(said);
    });
  }
  let running = true;
  const result = child.then((end) => {
    running = false;
    return end;
  });
  let fell = false;
  let ends: string | null = null;
  if (fault !== null) {
    await Promise.race([wait?.due, result]);
    fell = running;
    if (fell) {
      await fault.strike((signal) => {
        ends = signal;
        child.kill(signal);
      });
    }
  }
  const asked = performance.now();
  const { exitCode, signal, timedOut } = await result;
  const slow = ends === 'SIGTERM' && performance.now() - asked > termMs;
  const hung = timedOut ? 'did not end by itself' : slow ? 'was not ended by TERM in time' : null;
  return { exitCode: exitCode ?? null, signal: signal ?? null, said, fell, hung };
}
