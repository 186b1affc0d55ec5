import { setTimeout as sleep } from 'node:timers/promises';
import { type Stand, startCensus } from '../lab/census-in-lab.ts';
import { type Blow, stages } from './plan.ts';

/** No start of a small world takes so long; TERM must end one much sooner. */
const limitMs = 180_000;
const termMs = 20_000;

export interface Ended {
  exitCode: number | null;
  signal: string | null;
  said: string;
  /** The fault fell before the run had ended. */
  fell: boolean;
}

/** What a fault does to a run; called when it is due. */
export type Strike = (end: (signal: 'SIGKILL' | 'SIGTERM' | 'SIGHUP') => void) => Promise<void>;

/** Resolves some milliseconds after the stage of a blow, or a later one, has started. */
function dueAfter({ stage, afterMs }: Blow, lines: (hear: (text: string) => void) => void): Promise<void> {
  return new Promise((resolve) => {
    let armed = false;
    lines((said) => {
      const started = stages.slice(stage).some(([name]) => new RegExp(`^${name} +starts`, 'm').test(said));
      if (!started || armed) return;
      armed = true;
      sleep(afterMs).then(resolve);
    });
  });
}

/** Starts a run, or what is missing of it, and lets a fault fall on it. */
export async function startUnder(
  stand: Stand,
  args: string[],
  { env, blow, strike }: { env: NodeJS.ProcessEnv; blow: Blow | null; strike: Strike },
): Promise<Ended> {
  const child = startCensus(stand, args, { timeout: limitMs, env });
  let said = '';
  const hearers: ((text: string) => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk;
      for (const hear of hearers) hear(said);
    });
  }
  let running = true;
  const result = child.then((end) => {
    running = false;
    return end;
  });
  let fell = false;
  if (blow !== null) {
    const due = dueAfter(blow, (hear) => hearers.push(hear));
    await Promise.race([due, result]);
    fell = running;
    if (fell) await strike((signal) => child.kill(signal));
  }
  const asked = Date.now();
  const { exitCode, signal, timedOut } = await result;
  if (timedOut) throw new Error(`it did not end: ${said}`);
  if (fell && blow?.fault === 'term' && Date.now() - asked > termMs)
    throw new Error(`TERM took long to end it: ${said}`);
  return { exitCode: exitCode ?? null, signal: signal ?? null, said, fell };
}
