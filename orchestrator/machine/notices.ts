import { basename } from 'node:path';
import type { StageEntry } from '../core/folder/entries.ts';
import type { Manifest } from '../core/folder/manifest.ts';
import { invalidRows } from '../core/rejects.ts';
import type { Notice } from '../report/facts.ts';

/**
 * What a measurement can lose, and what that does to the numbers. The only table: a part's fact with one of these names is a loss, a tool
 * that counts a new kind adds its name here, and terminal, page and `judge` all use these words.
 */
const partLosses = {
  receive_drops:
    'packets were lost on this machine before they were read, so some replies may be missing from every count',
  send_failures: 'packets were lost on this machine before they left, so their targets may count as silent',
  first_targets_unsent:
    'targets got no packet (the prober may skip the first target of a sending thread), so they count as silent',
  [invalidRows]:
    'rows of its program were not valid records, or not about a unit that was probed, so some replies may be missing; rejects/ has each with its reason',
  capture_dropped:
    'packets were lost on this machine while connections were captured, so some observations may be missing',
  capture_cut:
    'captures of connections were ended before all packets were written, so the last connections may lack some',
  joins_interrupted:
    'announced addresses got their only SYN before the run was interrupted, so the outcome of these joins is unknown',
  join_events_lost:
    "times the kernel's queue of connection events overflowed, so some announced addresses may not have been probed",
} as const;
export type LossFact = keyof typeof partLosses;

export const lossWords = {
  ...partLosses,
  unread_lines: 'lines could not be read as replies, so some replies may be missing from every count',
} as const;
export type Loss = keyof typeof lossWords;

const isFact = (loss: string): loss is LossFact => loss in partLosses;
/** Losses that tools count in the facts of a part. */
export const lossFacts: readonly LossFact[] = Object.keys(partLosses).filter(isFact);

/** A loss as shown on the terminal and on the page. */
export function lossNotice(stage: string, loss: Loss, count: number, of?: number): Notice {
  const share = of === undefined ? '' : ` of ${of}`;
  return { stage, text: `${loss} = ${count}${share}: ${lossWords[loss]}`, lost: true };
}

/** Sum of one fact over all parts of a stage; null when no part has it. */
export function sumOf(manifest: Manifest, stage: string, name: string): number | null {
  const numbers = Object.values(manifest.stages[stage]?.parts ?? {}).flatMap(({ facts }) => {
    const value = facts[name];
    return typeof value === 'number' ? [value] : [];
  });
  return numbers.length === 0 ? null : numbers.reduce((sum, value) => sum + value, 0);
}

/** One notice per stage and kind of loss; empty when nothing was lost. Loss is never silent. */
export function losses(manifest: Manifest): Notice[] {
  return Object.keys(manifest.stages).flatMap((stage) =>
    lossFacts.flatMap((name) => {
      const sum = sumOf(manifest, stage, name) ?? 0;
      return sum === 0 ? [] : [lossNotice(stage, name, sum)];
    }),
  );
}

/**
 * Lines of a program that belong to no unit. (A line that is a unit, as in the target list, or names one, is counted with the rejected
 * units.) Not every such line is a loss: it may be an ICMP error, or a reply that nobody asked for.
 */
function rejectNotice(manifest: Manifest, stage: string): Notice[] {
  const counts = manifest.stages[stage]?.counts ?? null;
  if (counts === null) return [];
  const units = Object.values(counts.rejected).reduce((sum, count) => sum + count, 0);
  const stray = counts.rejected_lines - units - (sumOf(manifest, stage, invalidRows) ?? 0);
  const text = `${stray} of the program's lines became no record; rejects/${stage}.ndjson has each with its reason`;
  return stray <= 0 ? [] : [{ stage, text, lost: false }];
}

/** Stages that look addresses up in one source: if it knows none of them, the source is more likely wrong than the addresses. */
const lookups: readonly string[] = ['asn', 'whois', 'geo', 'os'];
const enoughUnknown = 10;

/** A table, database or registry that never matched: most likely its own fault, not the addresses'. */
function unknownNotice({ stages }: Manifest, stage: string): Notice[] {
  const counts = stages[stage]?.counts ?? null;
  const unknown = (counts?.failed.no_data ?? 0) + (counts?.failed.registered_only ?? 0);
  if (!lookups.includes(stage) || counts === null || counts.answered > 0 || unknown < enoughUnknown) return [];
  const text = `none of ${unknown} addresses was found: the source (${stages[stage]?.tool}) may be of the wrong kind, address family or date, or may not have answered. Check it before you draw conclusions about the addresses`;
  return [{ stage, text, lost: true }];
}

/** With fewer SYN/ACKs the kernel's count of RSTs, which includes those of all other programs, says nothing. */
const enoughSynAcks = 64;
/** Fewer hosts may retransmit for reasons of their own. */
const enoughHosts = 16;

/**
 * The kernel answers each unexpected SYN/ACK with an RST. If a stateful firewall holds those RSTs back, either few are counted as sent, or
 * they are counted and servers retransmit their SYN/ACKs all the same. null: they left.
 */
export function heldResets(manifest: Manifest, stage: string) {
  const synacks = sumOf(manifest, stage, 'synacks') ?? 0;
  const repeated = sumOf(manifest, stage, 'synacks_repeated') ?? 0;
  const resets = sumOf(manifest, stage, 'out_rsts');
  const few = resets !== null && synacks + repeated >= enoughSynAcks && resets < (synacks + repeated) / 2;
  const again = synacks >= enoughHosts && repeated > synacks / 4;
  return few || again ? { synacks, repeated, resets } : null;
}

function resetNotice(manifest: Manifest, stage: string): Notice[] {
  const held = heldResets(manifest, stage);
  if (held === null) return [];
  const { synacks, repeated, resets } = held;
  const sent = resets === null ? '' : `, and this machine sent ${resets} RSTs`;
  const text =
    `${synacks} SYN/ACKs were received, and ${repeated} retransmissions of them${sent}. The RSTs that should answer them do not leave: servers keep ` +
    'half-open connections and retransmit their SYN/ACKs. Verdicts are not affected, because each probe has its own source port and sequence ' +
    "number. Let RSTs from the scan's source ports out (a rule that passes only established connections drops them).";
  return [{ stage, text, lost: false }];
}

/** A change of these settings during the measurement can turn connections into plain TCP, or make the kernel open others. */
export function movedSettings({ stages }: Manifest, stage: string): string[] {
  const moved = Object.values(stages[stage]?.parts ?? {}).flatMap(({ facts }) =>
    typeof facts.settings_moved === 'string' ? facts.settings_moved.split(', ') : [],
  );
  return [...new Set(moved)].sort();
}

function settingsNotice(manifest: Manifest, stage: string): Notice[] {
  const moved = movedSettings(manifest, stage);
  if (moved.length === 0) return [];
  const names = moved.join(', ');
  const text = `something else changed ${names} during the measurement: fallbacks and announcements may not be the servers' doing`;
  return [{ stage, text, lost: false }];
}

/** Times before and after the clock was set do not compare. */
function clockNotices({ starts }: Manifest): Notice[] {
  return starts
    .flatMap(({ clock_steps }) => clock_steps)
    .map(({ at, seconds }) => {
      const way = seconds < 0 ? 'back' : 'forward';
      const text = `the clock of this machine was set ${way} by ${Math.abs(seconds)} s, to ${at}: times before and after that do not compare`;
      return { stage: 'run', text, lost: false };
    });
}

/** The versions of each program that measured parts of these stages; several if it was updated between two starts of a run. */
export function versionsOf(stages: readonly StageEntry[]): ReadonlyMap<string, readonly string[]> {
  const versions = new Map<string, string[]>();
  const commands = stages.flatMap(({ parts }) => Object.values(parts).flatMap((part) => part.commands));
  for (const { argv, version } of commands) {
    const [name = ''] = argv;
    const known = versions.get(name) ?? [];
    if (version !== null && !known.includes(version)) versions.set(name, [...known, version].sort());
  }
  return versions;
}

function versionNotices({ stages }: Manifest, stage: string): Notice[] {
  const entry = stages[stage];
  return [...versionsOf(entry === undefined ? [] : [entry])].flatMap(([program, versions]) => {
    if (versions.length < 2) return [];
    const text = `some parts were measured with ${basename(program)} ${versions.join(', others with ')}: that may explain differences between them; manifest.json has the version of each command`;
    return [{ stage, text, lost: false }];
  });
}

/** What else a reader of the results must know about how they were measured; may be empty. */
export function notices(manifest: Manifest): Notice[] {
  const ofStages = Object.keys(manifest.stages).flatMap((stage) => [
    ...resetNotice(manifest, stage),
    ...settingsNotice(manifest, stage),
    ...versionNotices(manifest, stage),
    ...rejectNotice(manifest, stage),
    ...unknownNotice(manifest, stage),
  ]);
  return [...clockNotices(manifest), ...ofStages];
}
