import type { Manifest } from '../core/folder/manifest.ts';
import type { Notice } from '../report/facts.ts';

/**
 * Facts of a part that count what was lost on this machine. The one list: a tool that counts another loss adds its name here, and
 * terminal and report tell it.
 */
export const lossFacts = ['receive_drops', 'send_failures', 'first_targets_unsent', 'capture_dropped'] as const;
export type LossFact = (typeof lossFacts)[number];

/** Numbers of one stage under one name, over all parts; null when no part has it. */
function sumOf(manifest: Manifest, stage: string, name: string): number | null {
  const numbers = Object.values(manifest.stages[stage]?.parts ?? {}).flatMap(({ facts }) => {
    const value = facts[name];
    return typeof value === 'number' ? [value] : [];
  });
  return numbers.length === 0 ? null : numbers.reduce((sum, value) => sum + value, 0);
}

/** What was lost on the way in or out, one notice per stage and kind; empty when nothing was. Loss is never silent. */
export function losses(manifest: Manifest): Notice[] {
  return Object.keys(manifest.stages).flatMap((stage) =>
    lossFacts.flatMap((name) => {
      const sum = sumOf(manifest, stage, name) ?? 0;
      const text = `${name} = ${sum}: packets were lost on this machine, so some answers may be missing from every count`;
      return sum === 0 ? [] : [{ stage, text, lost: true }];
    }),
  );
}

/** Fewer SYN/ACKs say nothing of the kernel's RSTs, which all programs of the machine send. */
const enoughSynAcks = 64;
/** Fewer hosts may repeat themselves for reasons of their own. */
const enoughHosts = 16;

/**
 * A kernel answers each SYN/ACK that it did not ask for with an RST. When that RST does not leave, as behind a firewall that knows
 * no such connection, few or none are counted as sent, or they are and servers repeat their SYN/ACKs all the same.
 */
function resetNotice(manifest: Manifest, stage: string): Notice[] {
  const synacks = sumOf(manifest, stage, 'synacks') ?? 0;
  const repeated = sumOf(manifest, stage, 'synacks_repeated') ?? 0;
  const resets = sumOf(manifest, stage, 'out_rsts');
  const few = resets !== null && synacks + repeated >= enoughSynAcks && resets < (synacks + repeated) / 2;
  const again = synacks >= enoughHosts && repeated > synacks / 4;
  if (!few && !again) return [];
  const sent = resets === null ? '' : `, and this machine sent ${resets} RSTs`;
  const text =
    `${synacks} SYN/ACKs came, ${repeated} of them again${sent}. The RSTs that answer them do not leave: servers hold ` +
    'half-open connections and repeat their SYN/ACKs. No verdict changes by it, since each probe has a source port and sequence ' +
    "number of its own. Let RSTs from the scan's source ports out (a rule that passes established connections alone drops them).";
  return [{ stage, text, lost: false }];
}

/** What else a reader of the results must know of the way they were measured; empty when nothing. */
export function notices(manifest: Manifest): Notice[] {
  return Object.keys(manifest.stages).flatMap((stage) => resetNotice(manifest, stage));
}
