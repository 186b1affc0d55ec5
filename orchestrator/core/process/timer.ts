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
