import type { SiteRun } from '../runs.ts';

/** Something changed with a run: it cannot be compared with the one before without a thought. */
export interface Mark {
  run: string;
  time: string;
  text: string;
}

function settingOf({ setting }: SiteRun, name: string): string {
  return setting.find(([key]) => key === name)?.[1] ?? 'unknown';
}

const watched: [what: string, of: (run: SiteRun) => string][] = [
  ['rules', ({ ruleSet, rulesVersion }) => `${ruleSet} ${rulesVersion ?? 'of before they had a number'}`],
  ['ports', ({ ports }) => ports.join(' ')],
  ['MPTCP versions asked', ({ versions }) => [...versions].join(' ')],
  ['target list', ({ targets }) => targets],
  ['vantage point', ({ place }) => `number ${place}`],
  ['kernel of the scanner', (run) => settingOf(run, 'kernel')],
];

/** What changed from each run to the next, oldest first. */
export function marksOf(runs: readonly SiteRun[]): Mark[] {
  return runs.flatMap((run, i) => {
    const before = runs[i - 1];
    if (before === undefined) return [];
    const changes = watched.filter(([, of]) => of(run) !== of(before));
    const texts = changes.map(([what, of]) =>
      what === 'target list' ? 'another target list' : `${what}: ${of(before)}, then ${of(run)}`,
    );
    return texts.map((text) => ({ run: run.slug, time: run.time, text }));
  });
}
