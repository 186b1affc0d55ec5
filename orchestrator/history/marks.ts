import { z } from 'zod';
import { formatPrefix, parseAddress, prefixOf } from '../address/ip.ts';
import type { Mark } from '../schemas/history.ts';
import type { HistoryRun } from '../schemas/records/history/run.ts';
import type { Given } from './given.ts';

const Vantage = z.looseObject({
  hostname: z.string().default(''),
  source_addresses: z.array(z.string()).default([]),
});

/** The network of an address: one that is drawn anew each day, as IPv6 does, is the same place. */
function networkOf(text: string): string[] {
  const address = parseAddress(text.split('/')[0] ?? '');
  if (address === null || /^fe80:/i.test(text)) return [];
  return [formatPrefix(prefixOf(address.family, address.words, address.family === 4 ? 24 : 64))];
}

/** What two runs of one vantage point have in common; it names a machine, and is only compared. */
function placeOf({ manifest }: Given): string {
  const { hostname, source_addresses } = Vantage.parse(manifest.vantage);
  return JSON.stringify([hostname, [...new Set(source_addresses.flatMap(networkOf))].sort()]);
}

/** The vantage point of each run by a number: a page may say that it changed, and not what it was. */
export function vantageNumbers(runs: readonly Given[]): number[] {
  const known: string[] = [];
  return runs.map((run) => {
    const place = placeOf(run);
    if (!known.includes(place)) known.push(place);
    return known.indexOf(place) + 1;
  });
}

const short = (sha256: string | null) => (sha256 === null ? 'unknown' : sha256.slice(0, 12));
const listed = (values: readonly (string | number)[]) => (values.length === 0 ? 'none' : values.join(', '));

/** What of a run is compared with the one before, as it may be published. */
const compared: Readonly<Record<Mark, (run: HistoryRun) => string>> = {
  list: ({ lists }) => listed(lists.map(({ name, sha256 }) => `${name} (${short(sha256)})`)),
  rules: ({ judged_by }) => (judged_by === null ? 'rules of before 2026-11' : `rules ${judged_by}`),
  kernel: ({ kernel }) => `Linux ${kernel}`,
  vantage: ({ vantage }) => `vantage point ${vantage}`,
  ports: ({ ports }) => listed([...ports].sort((a, b) => a - b)),
  versions: ({ versions }) => listed([...versions].sort().map((version) => `v${version}`)),
  rate: ({ rate }) => (rate === null ? 'not set' : `${rate} packets per second`),
  module: ({ module_sha256 }) => short(module_sha256),
  stages: ({ stages }) => listed(stages),
};
const isMark = (name: string): name is Mark => name in compared;

/** Whatever changed from one run to the next but the hosts. */
export function marksOf(before: HistoryRun | undefined, run: HistoryRun): HistoryRun['marks'] {
  if (before === undefined) return [];
  return Object.keys(compared)
    .filter(isMark)
    .flatMap((mark) => {
      const [was, is] = [compared[mark](before), compared[mark](run)];
      return was === is ? [] : [{ mark, before: was, after: is }];
    });
}
