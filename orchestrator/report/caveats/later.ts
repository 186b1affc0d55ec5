import type { Notice, StageFacts } from '../facts.ts';
import { plural } from '../format.ts';

const day = 86_400_000;

/** What a stage asks, as the beginning of a sentence. An address may serve another host after some days. */
const asked: Readonly<Record<string, string>> = {
  handshake: 'connections were made',
  asn: 'origin ASes were asked',
  whois: 'the registry was asked',
  geo: 'places were asked',
  os: 'operating systems were asked',
  path: 'ping round trips were measured',
  rescan: 'a share of the addresses was scanned again',
};

/** Whole days from the end of the scan to the first and last command of a stage; null where that cannot be told. */
function daysLater(stages: StageFacts[], stage: string): { first: number; last: number } | null {
  const scan = stages.find((one) => one.stage === 'scan')?.measured ?? null;
  const own = stages.find((one) => one.stage === stage)?.measured ?? null;
  if (scan === null || own === null) return null;
  const since = (time: string) => Math.floor((Date.parse(time) - Date.parse(scan.to)) / day);
  return { first: since(own.from), last: since(own.to) };
}

/** When a stage asked, where that was a day or more after the scan; null else. */
function laterWords(stages: StageFacts[], stage: string): string | null {
  const days = daysLater(stages, stage);
  const words = asked[stage];
  if (days === null || words === undefined || days.last < 1) return null;
  const last = plural(days.last, 'day', 'days');
  if (days.first === days.last) return `${words} ${last} after the scan`;
  return days.first < 1 ? `${words} up to ${last} after the scan` : `${words} ${days.first} to ${last} after the scan`;
}

/** The same as a sentence to stand behind a table's denominator; empty where there is nothing to say. */
export function laterSentence(stages: StageFacts[], stage: string): string {
  const words = laterWords(stages, stage);
  return words === null ? '' : ` ${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

/** Stages that asked later than the run's own day, one notice each. */
export function laterNotices(stages: StageFacts[]): Notice[] {
  return stages.flatMap(({ stage }) => {
    const words = laterWords(stages, stage);
    if (words === null) return [];
    return [{ stage, text: `${words}; an address may have passed to another host in between`, lost: false }];
  });
}

/** Whether all that a stage asked was asked a day or more after the scan: the run's own time does not hold it. */
export function isLater(stages: StageFacts[], stage: string): boolean {
  return (daysLater(stages, stage)?.first ?? 0) >= 1;
}
