import { z } from 'zod';
import { opinionsOn } from '../../evidence/probes.ts';
import { eachOnce } from '../each-once.ts';
import { toolChoice } from '../tool-choice.ts';

const opinions = opinionsOn([1, 0]);

type ToolChoice = string | { command: string[] };
type Seconds = z.ZodType<number, string | number>;

/** Second opinions, and the controls, which every later stage that sends probes like candidates. */
function section(seconds: Seconds) {
  return z.strictObject({
    tool: toolChoice(['zmap'])
      .unwrap()
      .nullable()
      .default(null)
      .describe('zmap, or {command: [...]} for your own program; null: zmap if the scan uses zmap, otherwise none'),
    controls: z
      .int()
      .min(0)
      .max(1_000_000)
      .default(1000)
      .describe(
        'hosts without the option that are probed like candidates, drawn by the seed; at most as many each of echoes and unknowns',
      ),
    probes: eachOnce(z.array(z.enum(opinions, `expected some of ${opinions.join(', ')}`)).min(1))
      .default(opinions)
      .describe(
        'second opinions, each one SYN to every candidate and control; those on a version that the scan does not probe are left out',
      ),
    apart: seconds
      .refine((time) => time >= 1 && time <= 60, '1s to 60s')
      .prefault('2s')
      .describe('minimum time between two probes to one address'),
  });
}

/** @param isStored a run from before this stage existed has none, and must not get one by default */
export function confirmSchema(seconds: Seconds, isStored: boolean) {
  const keys = section(seconds);
  return z
    .union([z.literal(false), keys])
    .prefault(isStored ? false : {})
    .describe(
      'second opinions on candidates and controls, seconds after the scan; false: none, and no controls either',
    );
}

/** The part of a configuration that says who is probed again, and how. */
interface Asking {
  scan: { tool: ToolChoice; versions: readonly (0 | 1)[] };
  confirm: false | z.infer<ReturnType<typeof section>>;
}

export type Confirming = z.infer<ReturnType<typeof section>> & { tool: ToolChoice };

/**
 * How candidates and controls are probed again; null: they are not. If the scan is a program of the user's own, which may not send at all,
 * ours sends nothing either unless it is named.
 */
export function confirmingOf({ scan, confirm }: Asking): Confirming | null {
  if (confirm === false) return null;
  const tool = confirm.tool ?? (typeof scan.tool === 'string' ? scan.tool : null);
  return tool === null ? null : { ...confirm, tool };
}

/** The second opinions that a configuration asks for, in the order of sending. */
export function opinionsOf(config: Asking): string[] {
  const confirming = confirmingOf(config);
  if (confirming === null) return [];
  return opinionsOn(config.scan.versions).filter((probe) => confirming.probes.some((one) => one === probe));
}
