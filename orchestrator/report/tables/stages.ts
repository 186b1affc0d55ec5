import type { ReportFacts, StageFacts } from '../facts.ts';
import { formatCount } from '../format.ts';
import type { Row } from '../rows.ts';
import type { Table } from './table.ts';

function reasons(counts: Record<string, number>): string {
  const entries = Object.entries(counts).filter(([, n]) => n > 0);
  return entries
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .map(([reason, n]) => `${reason} ${formatCount(n)}`)
    .join(', ');
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, n) => total + n, 0);
}

/** "2026-11-22T10:00Z" */
function minute(time: string | undefined): string | null {
  return time === undefined ? null : `${time.slice(0, 16)}Z`;
}

function stageRow({ stage, unit, tool, counts, measured }: StageFacts): Row {
  if (counts === null)
    return {
      stage,
      tool: 'disabled',
      unit,
      units_in: null,
      answered: null,
      failed: null,
      rejected: null,
      skipped: null,
      why: '',
      from: null,
      to: null,
    };
  const why = [reasons(counts.failed), reasons(counts.rejected), reasons(counts.skipped)].filter((text) => text !== '');
  return {
    stage,
    tool,
    unit,
    units_in: counts.units_in,
    answered: counts.answered,
    failed: sum(counts.failed),
    rejected: sum(counts.rejected),
    skipped: sum(counts.skipped),
    why: why.join('; '),
    from: minute(measured?.from),
    to: minute(measured?.to),
  };
}

/** From the list to the verdicts: where every unit of every stage went. */
export function stageTable(facts: ReportFacts): Table {
  return {
    id: 'stages',
    title: 'From the targets to the verdicts',
    columns: [
      { key: 'stage', title: 'Stage', kind: 'text' },
      { key: 'tool', title: 'Tool', kind: 'text' },
      { key: 'unit', title: 'Unit', kind: 'text' },
      { key: 'units_in', title: 'In', kind: 'count' },
      { key: 'answered', title: 'Answered', kind: 'count' },
      { key: 'failed', title: 'Failed', kind: 'count' },
      { key: 'rejected', title: 'Rejected', kind: 'count' },
      { key: 'skipped', title: 'Skipped', kind: 'count' },
      { key: 'why', title: 'Reasons', kind: 'text' },
      { key: 'from', title: 'First asked', kind: 'text' },
      { key: 'to', title: 'Last asked', kind: 'text' },
    ],
    rows: facts.stages.map(stageRow),
    denominator: 'In = answered + failed + rejected + skipped, at every stage.',
    meaning:
      'A unit that failed was asked and gave no answer, which is data. Rejected lines are kept with their reason in rejects/. Skipped units were never asked. Times are UTC; a stage that ran no program has none.',
    empty:
      facts.replies === null
        ? 'The run has no stages.'
        : 'There is no run behind these numbers: they come from replies alone.',
  };
}
