import { basename } from 'node:path';
import type { StageEntry } from '../core/folder/entries.ts';
import type { Manifest } from '../core/folder/manifest.ts';
import { invalidRows } from '../core/rejects.ts';
import type { Notice } from '../report/facts.ts';

/**
 * What can be lost of a measurement, with what that does to the numbers. The one table: a fact of a part under one of these names is
 * a loss, a tool that counts another one adds its name here, and terminal, page and `judge` tell it in these words.
 */
const partLosses = {
  receive_drops:
    'packets were lost on this machine before they were read, so some answers may be missing from every count',
  send_failures: 'packets were lost on this machine before they left, so their targets may count as silent',
  first_targets_unsent:
    'targets got no packet, which the prober does to the first of a sending thread: they count as silent',
  [invalidRows]:
    'rows of its program were no records or of units that were not asked, so some answers may be missing; rejects/ has each with its reason',
  capture_dropped:
    'packets were lost on this machine by the capture of connections, so some observations may be missing',
  capture_cut:
    'captures of connections were ended while packets waited to be written, so the last connections may lack some',
  joins_interrupted:
    'announced addresses had their one SYN before the run was interrupted, so what became of these joins is not known',
  join_events_lost:
    'times our kernel had more to tell of connections than it kept, so some announced addresses may not have been asked',
} as const;
export type LossFact = keyof typeof partLosses;

export const lossWords = {
  ...partLosses,
  unread_lines: 'lines could not be read as replies, so some answers may be missing from every count',
} as const;
export type Loss = keyof typeof lossWords;

const isFact = (loss: string): loss is LossFact => loss in partLosses;
/** Losses that tools count in the facts of a part. */
export const lossFacts: readonly LossFact[] = Object.keys(partLosses).filter(isFact);

/** A loss as terminal and page tell it. */
export function lossNotice(stage: string, loss: Loss, count: number, of?: number): Notice {
  const share = of === undefined ? '' : ` of ${of}`;
  return { stage, text: `${loss} = ${count}${share}: ${lossWords[loss]}`, lost: true };
}

/** Numbers of one stage under one name, over all parts; null when no part has it. */
export function sumOf(manifest: Manifest, stage: string, name: string): number | null {
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
      return sum === 0 ? [] : [lossNotice(stage, name, sum)];
    }),
  );
}

/**
 * Lines of a program that no unit answers for. Where a line is a unit, as one of the target list, or names the unit that it is about,
 * its rejection is counted among the units. Not each is a loss: an ICMP error is no echo, and an answer that nobody asked for is none.
 */
function rejectNotice(manifest: Manifest, stage: string): Notice[] {
  const counts = manifest.stages[stage]?.counts ?? null;
  if (counts === null) return [];
  const units = Object.values(counts.rejected).reduce((sum, count) => sum + count, 0);
  const stray = counts.rejected_lines - units - (sumOf(manifest, stage, invalidRows) ?? 0);
  const text = `${stray} of the program's lines gave no record; rejects/${stage}.ndjson has each with its reason`;
  return stray <= 0 ? [] : [{ stage, text, lost: false }];
}

/** Stages that ask one source about addresses: where it knows none of some, it is more likely of another place than they are. */
const lookups: readonly string[] = ['asn', 'whois', 'geo', 'os'];
const enoughUnknown = 10;

/** A table, database or registry that never matched: that is its own failure, not that of the addresses. */
function unknownNotice({ stages }: Manifest, stage: string): Notice[] {
  const counts = stages[stage]?.counts ?? null;
  const unknown = (counts?.failed.no_data ?? 0) + (counts?.failed.registered_only ?? 0);
  if (!lookups.includes(stage) || counts === null || counts.answered > 0 || unknown < enoughUnknown) return [];
  const text = `nothing is known of any of ${unknown} addresses: the source (${stages[stage]?.tool}) may be of another kind, family or day than they need, or not have answered. Look at it before this is read as what the addresses are`;
  return [{ stage, text, lost: true }];
}

/** Fewer SYN/ACKs say nothing of the kernel's RSTs, which all programs of the machine send. */
const enoughSynAcks = 64;
/** Fewer hosts may repeat themselves for reasons of their own. */
const enoughHosts = 16;

/**
 * A kernel answers each SYN/ACK that it did not ask for with an RST. When that RST does not leave, as behind a firewall that knows
 * no such connection, few or none are counted as sent, or they are and servers repeat their SYN/ACKs all the same; null: they left.
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
    `${synacks} SYN/ACKs came, ${repeated} of them again${sent}. The RSTs that answer them do not leave: servers hold ` +
    'half-open connections and repeat their SYN/ACKs. No verdict changes by it, since each probe has a source port and sequence ' +
    "number of its own. Let RSTs from the scan's source ports out (a rule that passes established connections alone drops them).";
  return [{ stage, text, lost: false }];
}

/** Whoever changes them while connections are made may turn those into plain TCP, or have the kernel make others. */
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
  const text = `somebody else changed ${names} while connections were made: fallback and announcements may not be the servers' doing`;
  return [{ stage, text, lost: false }];
}

/** Times are the clock's: whoever sets it moves what came after. */
function clockNotices({ starts }: Manifest): Notice[] {
  return starts
    .flatMap(({ clock_steps }) => clock_steps)
    .map(({ at, seconds }) => {
      const way = seconds < 0 ? 'back' : 'forward';
      const text = `the clock of this machine was set ${way} by ${Math.abs(seconds)} s, and was at ${at} then: times of before and of after it do not compare`;
      return { stage: 'run', text, lost: false };
    });
}

/** Versions of each program that parts of these stages were measured with: an update between two starts of a run changes them. */
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
    const text = `some parts were measured with ${basename(program)} ${versions.join(', others with ')}: where they differ, that may be why; manifest.json has the version of each command`;
    return [{ stage, text, lost: false }];
  });
}

/** What else a reader of the results must know of the way they were measured; empty when nothing. */
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
