import { family } from '../addresses.ts';
import type { Truth } from '../truth.ts';
import type { Counts, Result } from './result.ts';
import { expected } from './verdicts.ts';

const total = (reasons: Record<string, number>) => Object.values(reasons).reduce((sum, count) => sum + count, 0);

export interface CountRow {
  stage: string;
  units_in: number;
  answered: number;
  failed: number;
  rejected: number;
  skipped: number;
}

function rowOf(stage: string, counts: Counts): CountRow {
  const { units_in, answered, failed, rejected, skipped } = counts;
  return { stage, units_in, answered, failed: total(failed), rejected: total(rejected), skipped: total(skipped) };
}

/** How many units the first stages must have been given and have answered, by the world. */
function rightCounts(
  truth: Truth,
  result: Result,
  inRun: (address: string) => boolean,
): [stage: string, what: string, said: number | undefined, right: number][] {
  const { stages } = result.manifest;
  const versions = result.manifest.config.scan.versions.map((version): 'v1' | 'v0' => (version === 1 ? 'v1' : 'v0'));
  const hosts = truth.hosts.filter(({ address }) => inRun(address));
  const answering = versions.flatMap((version) => hosts.filter((host) => expected(host, version) !== 'silent'));
  const blocked = hosts.filter((host) => host.blocked).length * versions.length;
  const { targets, resolve, scan } = {
    targets: stages.targets?.counts,
    resolve: stages.resolve?.counts,
    scan: stages.scan?.counts,
  };
  // One question per name and family.
  const resolvable = truth.domains
    .flatMap(({ addresses, www_addresses }) => [addresses, www_addresses])
    .flatMap((addresses) =>
      [4, 6].filter((wanted) => addresses.some((address) => inRun(address) && family(address) === wanted)),
    ).length;
  const { live = 0, hosts: many = 0, answering: more = 0 } = truth.crowd ?? {};
  return [
    ['targets', 'units in', targets?.units_in, truth.list.lines],
    ['targets', 'answered', targets?.answered, truth.list.names],
    ...Object.entries(truth.list.artefacts).map(([kind, right]): [string, string, number | undefined, number] => [
      'targets',
      `rejected as ${kind}`,
      targets?.rejected[kind] ?? 0,
      right,
    ]),
    ['resolve', 'answered', resolve?.answered, resolvable + 2 * live],
    // Silent at first; a resolver that has given the servers up fails at once.
    [
      'resolve',
      'failed as timeout or not_returned',
      (resolve?.failed.timeout ?? 0) + (resolve?.failed.not_returned ?? 0),
      truth.list.unanswered * result.manifest.config.resolve.families.length,
    ],
    [
      'scan',
      'units in but for duplicates',
      scan ? scan.units_in - (scan.skipped.duplicate ?? 0) : undefined,
      (hosts.length + many) * versions.length,
    ],
    ['scan', 'answered', scan?.answered, answering.length + more * versions.length],
    ['scan', 'skipped as blocked', scan?.skipped.blocked ?? 0, blocked],
  ];
}

/** The counts of every stage, and where they do not add up or differ from the world. */
export function compareCounts(truth: Truth, result: Result, inRun: (address: string) => boolean) {
  const rows: CountRow[] = [];
  const differences: string[] = [];
  for (const [stage, { counts }] of Object.entries(result.manifest.stages)) {
    if (!counts) continue;
    const row = rowOf(stage, counts);
    rows.push(row);
    const ends = row.answered + row.failed + row.rejected + row.skipped;
    if (ends !== row.units_in) differences.push(`${stage}: ${row.units_in} units in, ${ends} accounted for`);
  }
  for (const [stage, what, said, right] of rightCounts(truth, result, inRun))
    if (said !== right) differences.push(`${stage}: ${what} ${said ?? 'not counted'}, right is ${right}`);
  return { rows, differences };
}
