import type { Row } from '../../report/rows.ts';
import type { Column } from '../../report/tables/table.ts';
import { versions } from '../counts.ts';
import type { Sure } from '../disclosure/sureness.ts';
import type { ToldRun } from '../told.ts';

export const surenessColumns: Column[] = [
  { key: 'version', title: 'Version', kind: 'text' },
  { key: 'figure', title: 'Figure', kind: 'text' },
  { key: 'share', title: 'Share, %', kind: 'id' },
  { key: 'low', title: '95 % from, %', kind: 'id' },
  { key: 'high', title: 'to, %', kind: 'id' },
  { key: 'why', title: 'Why there is none', kind: 'text' },
];

const figures = [
  ['networks', 'capable of those with a SYN/ACK, over networks'],
  ['agreement', 'same verdict in two scans'],
] as const;

/** How sure the share of each version is: what other networks might give, and how far two scans agree. */
export function surenessRows({ sureness }: ToldRun): Row[] {
  return versions.flatMap((version) =>
    figures.map(([key, figure]): Row => {
      const sure = sureness[version][key];
      return 'why' in sure
        ? { version, figure, share: null, low: null, high: null, why: sure.why }
        : { version, figure, ...sure, why: null };
    }),
  );
}

const interval = (low: number, high: number) => `${low} to ${high}\u00a0%`;

/** "0.3 to 1.2 %", or why there is none. */
export function networksText(sure: Sure): string {
  if ('why' in sure) return sure.why;
  return sure.low === null || sure.high === null ? '–' : interval(sure.low, sure.high);
}

/** "98.1 % (95 %: 97.4 to 98.7 %)", or why it is not told. */
export function agreementText(sure: Sure): string {
  if ('why' in sure) return sure.why;
  const share = `${sure.share}\u00a0%`;
  return sure.low === null || sure.high === null ? share : `${share} (95\u00a0%: ${interval(sure.low, sure.high)})`;
}

/** What stands beside the one number, of v1. */
export function surenessPairs({ sureness: { v1 } }: ToldRun): (readonly [string, string])[] {
  return [
    ['share in other such networks (95\u00a0%)', networksText(v1.networks)],
    ['two scans agree', agreementText(v1.agreement)],
  ];
}
