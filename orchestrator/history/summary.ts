import { formatCount, formatOf, plural } from '../report/format.ts';
import type { History } from '../schemas/records/history/history.ts';
import type { HistoryRun } from '../schemas/records/history/run.ts';
import { pathText } from '../view/visible.ts';

const shareText = (n: number | null, of: number | null) => (n === null || of === null ? 'not asked' : formatOf(n, of));

/** How far two scans of the run agree, where they were made. */
function rescanWords({
  rescan_answered_v1,
  rescan_equal_v1,
  rescan_answered_v0,
  rescan_equal_v0,
}: Omit<HistoryRun, 'run' | 'time'>): string[] {
  const words = (version: string, equal: number | null, answered: number | null) =>
    equal === null || answered === null ? [] : [`${version} ${formatOf(equal, answered)}`];
  const all = [
    ...words('v1', rescan_equal_v1, rescan_answered_v1),
    ...words('v0', rescan_equal_v0, rescan_answered_v0),
  ];
  return all.length === 0 ? [] : [`two scans agree in ${all.join(', ')}`];
}

function line({ run, time, ...of }: HistoryRun): string {
  const marks = of.marks.map(({ mark }) => mark);
  const told = [
    ...(of.missed > 0 ? [`${plural(of.missed, 'run', 'runs')} missed before`] : []),
    ...(marks.length > 0 ? [`changed: ${marks.join(', ')}`] : []),
    ...of.confidence_reasons.map(({ text }) => text),
    ...rescanWords(of),
    ...(of.rejudged ? ['judged again'] : []),
  ];
  const numbers = `v1 ${shareText(of.capable_v1, of.answered_v1)}  v0 ${shareText(of.capable_v0, of.answered_v0)}`;
  return `${time.slice(0, 16)}Z  ${pathText(run)}  ${numbers}  ${of.confidence}${told.length === 0 ? '' : `  ${told.join('; ')}`}`;
}

/** The series for a terminal: a line for each run. */
export function summaryLines({ runs, left_out, every_days, rule_set, rules_version }: History): string[] {
  const every = every_days === null ? '' : `, one every ${every_days} days`;
  return [
    ...runs.map(line),
    `${plural(runs.length, 'run', 'runs')} judged by rules ${rule_set} ${formatCount(rules_version)}${every}; ${plural(left_out.length, 'folder', 'folders')} left out`,
  ];
}
