/** The longest time that setTimeout knows: of a longer one it makes 1 ms. */
const longestMs = 2 ** 31 - 1;

const beatMs = 250;

let stoodMs = 0;
let beatAt: number | null = null;

/** How much later than its time the next beat comes: what any process may be late by is none. */
function lateMs(since: number, now: number): number {
  const late = now - since - beatMs;
  return late > beatMs ? late : 0;
}

function beat(): void {
  const now = performance.now();
  stoodMs += lateMs(beatAt ?? now, now);
  beatAt = now;
}

/** Milliseconds for which this process was stopped, or too busy to hear anybody, since this was asked first. */
function standingMs(): number {
  const now = performance.now();
  if (beatAt === null) {
    beatAt = now;
    setInterval(beat, beatMs).unref();
  }
  return stoodMs + lateMs(beatAt, now);
}

/**
 * Does something after any number of milliseconds in which this process ran; gives what calls it off. While it was stopped (ctrl-z, a
 * debugger) it heard nobody: that is nobody's silence.
 */
export function after(ms: number, act: () => void): () => void {
  let timer: NodeJS.Timeout;
  let stood = standingMs();
  function wait(left: number): void {
    timer = setTimeout(() => over(left - longestMs), Math.min(left, longestMs));
  }
  function over(left: number): void {
    const before = stood;
    stood = standingMs();
    const more = Math.max(0, left) + stood - before;
    if (more > 0) wait(more);
    else act();
  }
  wait(ms);
  return () => clearTimeout(timer);
}

/**
 * Does something again and again, so many milliseconds after its last end.
 * @returns what ends that; it resolves when the last time is through, or rejects with what that threw
 */
export function every(ms: number, act: () => Promise<void>): () => Promise<void> {
  let ended = false;
  let callOff = () => {};
  let acting: Promise<void> = Promise.resolve();
  function wait(): void {
    callOff = after(ms, () => {
      acting = act().finally(() => {
        // Ended meanwhile: one more wait would keep the process for ever.
        if (!ended) wait();
      });
      acting.catch(() => undefined); // told by the end
    });
  }
  wait();
  return async () => {
    ended = true;
    callOff();
    await acting;
  };
}
