import { z } from 'zod';
import { rows } from '../core/database/duckdb.ts';
import { sqlText } from '../core/database/sql.ts';
import { formatCount, percentText, plural } from '../report/format.ts';
import type { Cell, Row } from '../report/rows.ts';
import type { Table } from '../report/tables/table.ts';
import { VerdictName } from '../schemas/lists.ts';
import { intervalText } from '../uncertainty/interval.ts';
import { type Stratum, stratifiedShare } from '../uncertainty/stratified.ts';
import { type Class, classesOf } from './classes.ts';
import { Label, type Labelled, type Rejected } from './labels.ts';
import type { OpenRun } from './open.ts';

/** A label beside the verdict that the run gives. */
interface Compared {
  version: 0 | 1;
  verdict: VerdictName;
  label: Label;
}

const Claim = z.object({ v1: VerdictName.nullable(), v0: VerdictName.nullable() });

/** Finds the verdict of each labelled claim in the run; one that the run does not have is rejected. */
export async function compare(
  { database }: OpenRun,
  labelled: readonly Labelled[],
): Promise<{ compared: Compared[]; rejected: Rejected[] }> {
  const compared: Compared[] = [];
  const rejected: Rejected[] = [];
  for (const { line, text, address, port, version, label } of labelled) {
    const sql = `SELECT v1.verdict AS v1, v0.verdict AS v0 FROM hosts WHERE address = ${sqlText(address)} AND port = ${port}`;
    let verdict: VerdictName | null = null;
    for await (const row of rows(database, sql)) verdict = Claim.parse(row)[version === 1 ? 'v1' : 'v0'];
    if (verdict === null) rejected.push({ line, text, reason: 'the run has no such address, port and version' });
    else compared.push({ version, verdict, label });
  }
  return { compared, rejected };
}

const range = (low: number, high: number) => `${percentText(low)} to ${percentText(high)}\u00a0%`;

/** Labels in the order of their list, those that nobody gave left out. */
function labelsOf(compared: readonly Compared[]): Label[] {
  return Label.options.filter((label) => compared.some((one) => one.label === label));
}

function confusionRow(own: Class, compared: readonly Compared[], labels: readonly Label[]): Row {
  const here = compared.filter(({ version, verdict }) => version === own.version && verdict === own.verdict);
  const of = (label: string) => here.filter((one) => one.label === label).length;
  const sure = here.length - of('unsure');
  const cells: [string, Cell][] = labels.map((label) => [label, of(label)]);
  return {
    version: `v${own.version}`,
    verdict: own.verdict,
    size: own.size,
    labelled: here.length,
    ...Object.fromEntries(cells),
    agreed: sure === 0 ? null : (100 * of(own.verdict)) / sure,
    interval: sure === 0 ? null : intervalText(of(own.verdict), sure),
  };
}

/** Verdicts of the run against labels, row by row. */
function confusionTable(classes: readonly Class[], compared: readonly Compared[]): Table {
  const labels = labelsOf(compared);
  const all = classes.reduce((sum, { size }) => sum + size, 0);
  return {
    id: 'confusion',
    title: 'Labels by hand against verdicts',
    columns: [
      { key: 'version', title: 'Version', kind: 'text' },
      { key: 'verdict', title: 'Verdict', kind: 'text' },
      { key: 'size', title: 'in the run', kind: 'count' },
      { key: 'labelled', title: 'labelled', kind: 'count' },
      ...labels.map((label) => ({ key: label, title: label, kind: 'count' as const })),
      { key: 'agreed', title: 'agree', kind: 'percent' },
      { key: 'interval', title: '95 %', kind: 'text' },
    ],
    rows: classes.map((own) => confusionRow(own, compared, labels)),
    denominator: `Labelled: ${plural(compared.length, 'claim', 'claims')} of ${formatCount(all)} in the run. A share is of the labels that are sure; its interval is Wilson's, of a class that was drawn by the seed.`,
    meaning: 'A label is what a person read in the same evidence: no truth of its own about the host.',
    empty: 'The run has no claim.',
  };
}

/** Both of a version: what the labels say of the whole run, each class weighing as many claims as it has. */
function weightedRows(version: 0 | 1, classes: readonly Class[], compared: readonly Compared[]): Row[] {
  const own = classes.filter((one) => one.version === version);
  const strataOf = (is: (one: Compared) => boolean): Stratum[] =>
    own.map(({ verdict, size }) => {
      const here = compared.filter(
        (one) => one.version === version && one.verdict === verdict && one.label !== 'unsure',
      );
      return { n: here.filter(is).length, of: here.length, size };
    });
  const row = (name: string, is: (one: Compared) => boolean): Row[] => {
    const strata = strataOf(is);
    const found = stratifiedShare(strata);
    const size = strata.reduce((sum, stratum) => sum + (stratum.of > 0 ? stratum.size : 0), 0);
    if (found === null) return [];
    const { share, low, high } = found;
    const count = Math.round((share * size) / 100);
    return [{ version: `v${version}`, said: name, count, of: size, share, interval: range(low, high) }];
  };
  return [
    ...row('verdict and label agree', ({ verdict, label }) => verdict === label),
    ...labelsOf(compared)
      .filter((label) => label !== 'unsure')
      .flatMap((name) => row(`label ${name}`, ({ label }) => label === name)),
  ];
}

function weightedTable(classes: readonly Class[], compared: readonly Compared[]): Table {
  const without = classes.filter(
    (own) => !compared.some((one) => one.version === own.version && one.verdict === own.verdict),
  );
  const left = without.reduce((sum, { size }) => sum + size, 0);
  return {
    id: 'weighted',
    title: 'The same for the whole run',
    columns: [
      { key: 'version', title: 'Version', kind: 'text' },
      { key: 'said', title: 'Claims with', kind: 'text' },
      { key: 'count', title: 'Estimate', kind: 'count' },
      { key: 'of', title: 'of', kind: 'count' },
      { key: 'share', title: 'Share', kind: 'percent' },
      { key: 'interval', title: '95 %', kind: 'text' },
    ],
    rows: ([1, 0] as const).flatMap((version) => weightedRows(version, classes, compared)),
    denominator: `Each class weighs as many claims as the run has of it. Of ${formatCount(left)} claims in ${without.length} classes without a label nothing is said.`,
    meaning: 'Intervals: Wilson\'s of each class, put together (docs/methods.md, "Uncertainty").',
    empty: 'No claim has a label that is sure.',
  };
}

export async function confusion(run: OpenRun, compared: readonly Compared[]): Promise<Table[]> {
  const classes = await classesOf(run.database);
  return [confusionTable(classes, compared), weightedTable(classes, compared)];
}
