/** The longest time that setTimeout knows: of a longer one it makes 1 ms. */
const longestMs = 2 ** 31 - 1;

/** Does something after any number of milliseconds; gives what calls it off. */
export function after(ms: number, act: () => void): () => void {
  let timer: NodeJS.Timeout;
  function wait(left: number): void {
    timer = setTimeout(() => (left > longestMs ? wait(left - longestMs) : act()), Math.min(left, longestMs));
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
