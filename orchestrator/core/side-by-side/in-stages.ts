import { allOf } from './all-of.ts';

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
