import { z } from 'zod';
import { opinionsOn } from '../../evidence/probes.ts';
import { eachOnce } from '../each-once.ts';
import { toolChoice } from '../tool-choice.ts';

const opinions = opinionsOn([1, 0]);

type ToolChoice = string | { command: string[] };
type Seconds = z.ZodType<number, string | number>;

/** Second opinions, and the controls that are asked like candidates in every stage that sends. */
function section(seconds: Seconds) {
  return z.strictObject({
    tool: toolChoice(['zmap'])
      .unwrap()
      .nullable()
      .default(null)
      .describe(
        'zmap, or {command: [...]} for your own program; null: zmap where the scan is its own, and none beside a scan by another program',
      ),
    controls: z
      .int()
      .min(0)
      .max(1_000_000)
      .default(1000)
      .describe(
        'plain answerers that are asked like candidates, drawn by the seed; of echoes and of unknowns as many at most',
      ),
    probes: eachOnce(z.array(z.enum(opinions, `expected some of ${opinions.join(', ')}`)).min(1))
      .default(opinions)
      .describe(
        'second opinions that are asked for, each a SYN to every candidate and control; those on versions that the scan does not ask are not',
      ),
    apart: seconds
      .refine((time) => time >= 1 && time <= 60, '1s to 60s')
      .prefault('2s')
      .describe('between two questions to one address at least'),
  });
}

/** @param isStored a run of before there was the stage has none: it is not made up for */
export function confirmSchema(seconds: Seconds, isStored: boolean) {
  const keys = section(seconds);
  return z
    .union([z.literal(false), keys])
    .prefault(isStored ? false : {})
    .describe(
      'second opinions on candidates and controls, seconds after the scan; false: none, and no controls either',
    );
}

/** The part of a configuration that says who asks whom again. */
interface Asking {
  scan: { tool: ToolChoice; versions: readonly (0 | 1)[] };
  confirm: false | z.infer<ReturnType<typeof section>>;
}

export type Confirming = z.infer<ReturnType<typeof section>> & { tool: ToolChoice };

/**
 * How candidates and controls are asked again; null: they are not. Beside a program of the user's own, which may send nothing at all, nobody
 * is sent anything by ours unless it is named.
 */
export function confirmingOf({ scan, confirm }: Asking): Confirming | null {
  if (confirm === false) return null;
  const tool = confirm.tool ?? (typeof scan.tool === 'string' ? scan.tool : null);
  return tool === null ? null : { ...confirm, tool };
}

/** The second opinions that a configuration asks for, in the order in which they are asked. */
export function opinionsOf(config: Asking): string[] {
  const confirming = confirmingOf(config);
  if (confirming === null) return [];
  return opinionsOn(config.scan.versions).filter((probe) => confirming.probes.some((one) => one === probe));
}
