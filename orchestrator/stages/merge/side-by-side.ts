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
 * The same, where each work ends with a part that is done for one item after the other, in their order.
 * @param begin gives that part
 */
export async function twoEndedInOrder<T>(
  items: readonly T[],
  begin: (item: T) => Promise<() => Promise<void>>,
): Promise<void> {
  let last: Promise<void> = Promise.resolve();
  await twoAtATime(items, (item) => {
    const [begun, before] = [begin(item), last];
    last = begun.then((end) => before.then(end));
    return last;
  });
}

/** Waits for all, and then throws what failed first. */
export async function allOf(works: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(works);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/**
 * Takes items through stages, one after the other in each: while an item is in one stage, the next item is in the stage before it. So what a
 * stage leaves for the next is that of two items at most.
 */
export async function inStages(count: number, ...stages: readonly ((item: number) => Promise<void>)[]): Promise<void> {
  for (let step = 0; step < count + stages.length - 1; step++) {
    const begun = stages
      .map((work, place) => ({ work, item: step - place }))
      .filter(({ item }) => item >= 0 && item < count);
    await allOf(begun.reverse().map(({ work, item }) => work(item)));
  }
}

/** Numbers from 0. */
export function inOrder(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
