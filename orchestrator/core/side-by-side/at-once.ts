import { allOf } from './all-of.ts';

/**
 * Does the work for each of these, begun in order, so many at once at most. After a failure nothing more is begun, and what is under
 * way ends before the failure is thrown.
 */
export async function someAtOnce<T>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  let failed = false;
  async function worker(): Promise<void> {
    for (const item of left) {
      if (failed) return;
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: Math.min(most, items.length) }, worker));
  const failure = ended.find((one) => one.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

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

/**
 * The same, where each work ends with a part that is done for one item after the other, in their order, beside the works of two further
 * items: no more than the ends of two are left to be done when another is begun.
 * @param begin gives that part
 */
export async function twoEndedInOrder<T>(
  items: readonly T[],
  begin: (item: T) => Promise<() => Promise<void>>,
): Promise<void> {
  let last: Promise<void> = Promise.resolve();
  await twoAtATime(items, async (item) => {
    const [begun, before] = [begin(item), last];
    last = begun.then((end) => before.then(end));
    // thrown where the next item waits for it, or below
    last.catch(() => undefined);
    await allOf([begun, before]);
  });
  await last;
}

/** Numbers from 0. */
export function inOrder(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
