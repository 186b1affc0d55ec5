import type { Config } from '../config/config.ts';
import type { Counts } from '../core/folder/entries.ts';
import { clock, type RunEvent } from '../core/progress.ts';
import { visible } from './visible.ts';

function reasons(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ');
}

/** Counts of a stage as one clause: 900 in = 512 answered + 380 failed (timeout 380) + ... */
export function countsLine(counts: Counts): string {
  const parts = [`${counts.answered} answered`];
  for (const kind of ['failed', 'rejected', 'skipped'] as const) {
    const sum = Object.values(counts[kind]).reduce((total, count) => total + count, 0);
    if (sum > 0) parts.push(`${sum} ${kind} (${reasons(counts[kind])})`);
  }
  return `${counts.units_in} in = ${parts.join(' + ')}`;
}

/** What is said of a stage before it starts, such as how many packets it will send. */
export type Note = (stage: string, units: number) => string;

/** What the scan is about to send: said before it sends. */
export function announce(config: Config): Note {
  return (stage, units) => {
    const { rate, retries } = config.scan;
    if (stage !== 'scan' || rate === null) return '';
    const again =
      retries === 0 ? '' : `, and ${retries === 1 ? 'once' : `${retries} times`} more to those that stay silent`;
    return `; ${units} packets at ${rate}/s, about ${clock(units / rate)} of sending${again}`;
  };
}

/** How much of the run folder was compared with its hashes. */
function checkText({ files, of, bytes }: { files: number; of: number; bytes: number }): string {
  return `compares the run folder with its hashes: ${files} of ${of} files, ${(bytes / 1e9).toFixed(1)} GB`;
}

/** How far a file is read through that takes long. */
export function readingText(path: string, share: number, left: number): string {
  return `reads ${path} through, once: ${Math.floor(100 * share)} %, about ${Math.ceil(left)} s more`;
}

/** What an event says of its stage; null for those that say how far it is. */
export function eventText(event: RunEvent, note: Note): string | null {
  switch (event.type) {
    case 'folder_check':
      return checkText(event);
    case 'input_check':
      return visible(readingText(event.path, event.share, event.left));
    case 'stage_start':
      return `starts: ${event.parts - event.partsDone} of ${event.parts} parts to do${note(event.stage, event.units)}`;
    case 'stage_left_out':
      return 'disabled in the configuration';
    case 'stage_unchanged':
      return 'already done';
    case 'stage_done':
      return `done in ${clock(event.seconds)}: ${countsLine(event.counts)}`;
    case 'stage_failed':
      return 'failed';
    case 'opt_outs':
      return visible(event.text);
    default:
      return null;
  }
}

/** A line about a stage. */
export function stageLine(stage: string, text: string): string {
  return `${stage.padEnd(10)} ${text}`;
}
