import type { Manifest } from '../../core/folder/manifest.ts';
import type { ReportFacts } from '../facts.ts';
import type { Headline } from '../headline.ts';
import type { Table } from '../tables/table.ts';

/** Whether the vantage point saw what it had to see, in a few words that stand beside every share. */
export function vantageText({ sentinels, vantage_impaired }: Pick<Manifest, 'sentinels' | 'vantage_impaired'>): string {
  if (vantage_impaired === null) return 'vantage point not checked';
  if (vantage_impaired.length === 0) return `vantage point sound in ${sentinels.length} checks`;
  const when = vantage_impaired.map(({ stage, moment, sentinel }) => `${sentinel} at the ${moment} of ${stage}`);
  const shown = [...new Set(when)];
  const more = shown.length > 3 ? ` and ${shown.length - 3} more` : '';
  return `VANTAGE POINT IMPAIRED: ${shown.slice(0, 3).join(', ')}${more}`;
}

/** What a share of a run can be wrong by when the vantage point was impaired. */
export function vantageNotices({ vantage_impaired }: Pick<Manifest, 'vantage_impaired'>): ReportFacts['notices'] {
  return (vantage_impaired ?? []).map(({ stage, moment, at, sentinel }) => ({
    stage,
    text: `vantage_impaired: the sentinel for ${sentinel} did not answer as it should at the ${moment} of the stage (${at}): silence and missing options elsewhere may be caused on this side`,
    lost: true,
  }));
}

/** A table with shares says beside them how the vantage point was. */
export function withVantage(table: Table, { vantage }: ReportFacts): Table {
  const shares = table.columns.some(({ kind }) => kind === 'percent');
  if (vantage === null || !shares) return table;
  return { ...table, denominator: `${table.denominator} ${sentenceOf(vantage)}` };
}

export function headlineWithVantage(headline: Headline, { vantage }: ReportFacts): Headline {
  if (vantage === null || !headline.of.includes('%')) return headline;
  return { ...headline, of: `${headline.of}; ${vantage}` };
}

function sentenceOf(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
