/** Work that ends when it is told to. */
export function held() {
  const open = new Map<number, { done: () => void; fail: (error: Error) => void }>();
  const begun: number[] = [];
  const work = (item: number) =>
    new Promise<void>((done, fail) => {
      begun.push(item);
      open.set(item, { done, fail });
    });
  return {
    begun,
    work,
    end: (item: number) => open.get(item)?.done(),
    fail: (item: number, error: Error) => open.get(item)?.fail(error),
  };
}
/** Everything that can go on has gone on. */
export const settled = () => new Promise((done) => setImmediate(done));
