import { basename } from 'node:path';
import { sha256Of } from '../core/folder/files.ts';
import type { Manifest } from '../core/folder/manifest.ts';
import { ruleSets } from '../evidence/rule-sets/rule-sets.ts';
import { publishedVantage } from '../report/published.ts';
import type { Floor } from '../report/rescan/floor.ts';
import type { RuleSetName } from '../schemas/lists.ts';
import type { HistoryRun } from '../schemas/records/history/run.ts';
import { askedOf, lostOf } from '../stages/report-facts.ts';
import { confidenceOf } from './confidence.ts';
import type { HostFacts } from './counts.ts';
import type { Given } from './given.ts';
import type { Judged } from './judged.ts';

/** Why a unit of the scan was not asked though the targets led to it. */
const heldBack = ['blocked', 'opted_out', 'beyond_cap', 'purged'] as const;

/** Of the units that the targets led to, those that were asked; null where the scan has no counts. */
export function coverageOf({ stages }: Manifest): number | null {
  const counts = stages.scan?.counts ?? null;
  if (counts === null) return null;
  const sum = (reasons: Record<string, number>) => Object.values(reasons).reduce((all, n) => all + n, 0);
  const asked = counts.answered + sum(counts.failed) + sum(counts.rejected);
  const left = heldBack.reduce((all, reason) => all + (counts.skipped[reason] ?? 0), 0);
  return asked + left === 0 ? null : asked / (asked + left);
}

/** What was asked about: the lists as their stage read them, or the file or prefixes that the configuration names. */
function listsOf({ manifest, config }: Given): HistoryRun['lists'] {
  const sources = manifest.stages.targets?.sources ?? [];
  if (sources.length > 0) return sources.map(({ as, sha256 }) => ({ name: basename(as), sha256 }));
  const { targets } = config;
  if ('prefixes' in targets)
    return [{ name: 'prefixes', sha256: sha256Of(JSON.stringify([...targets.prefixes].sort())) }];
  const files =
    'addresses' in targets
      ? [targets.addresses]
      : [targets.list].flat().map((one) => (typeof one === 'string' ? one : one.list));
  return files.map((file) => ({ name: basename(file), sha256: manifest.inputs[file]?.sha256 ?? null }));
}

/** How a point of the series was counted and placed. */
export interface Counted {
  judged: Judged;
  facts: HostFacts;
  /** How far its rescan agrees; null: it has none. */
  floors: Floor[] | null;
  /** Number of its vantage point in the series. */
  vantage: number;
  placed: boolean;
  /** Its keys were compared with those of the others. */
  keys: boolean;
}

/** What the counts of the series say of one run, by the names of run rows. */
export type RunTotals = Pick<
  HistoryRun,
  | 'answered_v1'
  | 'answered_v0'
  | 'capable_v1'
  | 'capable_v0'
  | 'confirmed_v1'
  | 'addresses_answered'
  | 'addresses_capable'
>;

/** Endpoints that a run asked, each once per version; null where its counts do not tell. */
export function askedIn({ judged: { run } }: Pick<Counted, 'judged'>): number | null {
  const asked = askedOf(run.manifest, run.config.scan.versions);
  return asked?.v1 ?? asked?.v0 ?? null;
}

const textOf = (value: string | boolean | null | undefined) => (typeof value === 'string' ? value : null);

function softwareOf({ census }: Manifest): string {
  const commit = textOf(census.git_commit);
  return `mptcp-census ${textOf(census.version) ?? 'unknown'}${commit === null ? '' : ` (${commit.slice(0, 12)})`}`;
}

/** Of both versions, endpoints that answered one of two scans at least, and those that gave one verdict. */
function rescanOf(
  floors: readonly Floor[] | null,
  versions: readonly number[],
): Pick<HistoryRun, 'rescan_answered_v1' | 'rescan_equal_v1' | 'rescan_answered_v0' | 'rescan_equal_v0'> {
  // If nothing answered the version there is no floor: 0 of 0 is no share.
  const none = (wanted: number) => (floors !== null && versions.includes(wanted) ? { answered: 0, equal: 0 } : null);
  const of = (wanted: number) => floors?.find(({ version }) => version === wanted) ?? none(wanted);
  const [v1, v0] = [of(1), of(0)];
  return {
    rescan_answered_v1: v1?.answered ?? null,
    rescan_equal_v1: v1?.equal ?? null,
    rescan_answered_v0: v0?.answered ?? null,
    rescan_equal_v0: v0?.equal ?? null,
  };
}

/** The row of a run, without its comparison with the others. */
export function runRow(
  { judged, facts, floors, vantage, placed, keys }: Counted,
  totals: RunTotals,
  rules: RuleSetName,
): HistoryRun {
  const { run } = judged;
  const { manifest, config } = run;
  const [[, kernel] = ['', ''], ...setting] = publishedVantage(manifest.vantage);
  const coverage = coverageOf(manifest);
  const known = (n: number) => (facts.addresses === 0 ? null : n / facts.addresses);
  return {
    run: run.name,
    time: run.time,
    time_end: run.timeEnd,
    lab: config.lab,
    vantage,
    vantage_checked: manifest.vantage_impaired !== null,
    kernel: kernel.replace(/^Linux /, ''),
    setting: setting.map(([name, value]) => ({ name, value })),
    software: softwareOf(manifest),
    module_sha256: textOf(manifest.census.probe_module_sha256),
    rule_set: rules,
    rules_version: ruleSets[rules].version,
    judged_by: manifest.rules_version,
    rejudged: judged.again,
    placed,
    keys_compared: keys,
    result_sha256: manifest.result_sha256,
    lists: listsOf(run),
    ports: config.scan.ports,
    versions: config.scan.versions,
    rate: config.scan.rate,
    stages: Object.entries(manifest.stages).flatMap(([stage, { status }]) => (status === 'left_out' ? [] : [stage])),
    asked: askedIn({ judged }),
    lost: lostOf(manifest)?.replies ?? 0,
    replied: facts.replied,
    ...totals,
    ...rescanOf(floors, config.scan.versions),
    coverage,
    coverage_as: known(facts.with_as),
    coverage_country: known(facts.with_country),
    ...confidenceOf({ manifest, hosts: facts, coverage }),
    marks: [],
    missed: 0,
  };
}
