/**
 * Does the work of every item, two items at a time. When one fails no other is begun, and the error comes once all that was begun has
 * ended: nothing writes on behind it.
 */
export async function twoAtATime<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const errors: unknown[] = [];
  let next = 0;
  async function lane(): Promise<void> {
    while (errors.length === 0 && next < items.length) {
      const taken = items.slice(next, ++next);
      for (const item of taken) await work(item).catch((error: unknown) => errors.push(error));
    }
  }
  await Promise.all([lane(), lane()]);
  if (errors.length > 0) throw errors[0];
}

/** Waits for all, and then throws what failed first. */
export async function allOf(works: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(works);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** Makes items one after the other; each is written while the next is made, so that they are written in order too. */
export async function makeAndWrite(
  count: number,
  make: (item: number) => Promise<void>,
  write: (item: number) => Promise<void>,
): Promise<void> {
  let writing: Promise<void> = Promise.resolve();
  for (let item = 0; item < count; item++) {
    await allOf([writing, make(item)]);
    writing = write(item);
  }
  await writing;
}

/** Numbers from 0. */
export function inOrder(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
