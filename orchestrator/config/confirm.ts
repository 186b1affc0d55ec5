import { z } from 'zod';
import { toolChoice } from './tool-choice.ts';

/** Second opinions, and the controls that are asked like candidates in every stage that sends. */
const Confirm = z.strictObject({
  tool: toolChoice(['zmap']),
  controls: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(1000)
    .describe(
      'plain answerers that are asked like candidates, drawn by the seed; of echoes and of unknowns as many at most',
    ),
});

/** @param isStored a run of before there was the stage has none: it is not made up for */
export function confirmSchema(isStored: boolean) {
  const all = Confirm.parse({});
  return z
    .union([z.literal(false), Confirm])
    .default(isStored ? false : all)
    .describe(
      'second opinions on candidates and controls, seconds after the scan; false: none, and no controls either',
    );
}
