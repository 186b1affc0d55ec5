import { basename } from 'node:path';
import type { Config } from '../config/config.ts';
import type { StageEntry } from '../core/folder/entries.ts';
import type { Manifest } from '../core/folder/manifest.ts';
import type { WholeContext } from '../core/stage.ts';
import { ruleSets } from '../evidence/rule-sets/rule-sets.ts';
import { losses, notices, versionsOf } from '../machine/notices.ts';
import { softwareText } from '../machine/provenance.ts';
import { sentAgain } from '../machine/sent-again.ts';
import { isLater, laterNotices } from '../report/caveats/later.ts';
import { vantageNotices, vantageText } from '../report/caveats/vantage.ts';
import type { Asked, ReportFacts } from '../report/facts.ts';
import { filesOfEnabled, publishedConfig, publishedVantage, withoutPaths } from '../report/published.ts';

/** First start and last end of some commands; null of none. */
function spanOf(spans: { from: string; to: string }[]): ReportFacts['measured'] {
  const from = spans.map((span) => span.from).sort()[0];
  const to = spans
    .map((span) => span.to)
    .sort()
    .at(-1);
  return from === undefined || to === undefined ? null : { from, to };
}

export function stageFacts(manifest: Manifest, order: readonly string[]): ReportFacts['stages'] {
  return order.flatMap((stage) => {
    const entry = manifest.stages[stage];
    if (entry === undefined) return [];
    const commands = Object.values(entry.parts).flatMap((part) => part.commands);
    const measured = spanOf(commands.map(({ started_at, ended_at }) => ({ from: started_at, to: ended_at })));
    return [{ stage, unit: entry.unit, tool: entry.tool, counts: entry.counts, measured }];
  });
}

/** The run's own time: without stages that asked days later, which the page dates by themselves. */
export function measuredOf(stages: ReportFacts['stages']): ReportFacts['measured'] {
  return spanOf(
    stages.flatMap(({ stage, measured }) => (measured === null || isLater(stages, stage) ? [] : [measured])),
  );
}

function sumOf(reasons: Record<string, number>): number {
  return Object.values(reasons).reduce((total, count) => total + count, 0);
}

/**
 * What the scan asked, from its counts. A unit of the scan is an address, a port and a version, and every version is asked of every
 * address and port. Units whose answer was rejected belong to a version that nobody knows: then the versions cannot be told apart.
 */
export function askedOf(manifest: Manifest, versions: readonly number[]): Asked | null {
  const counts = manifest.stages.scan?.counts ?? null;
  if (counts === null) return null;
  const silent = sumOf(counts.failed);
  const rejected = sumOf(counts.rejected);
  const probes = counts.answered + silent + rejected;
  const each = rejected === 0 && probes % versions.length === 0 ? probes / versions.length : null;
  const of = (version: number) => (versions.includes(version) ? each : null);
  return { probes, silent, v1: of(1), v0: of(0) };
}

/** Facts of the scan's parts that stand for a reply that was not read, or a probe that was not sent. */
const lostFacts = ['receive_drops', 'send_failures', 'first_targets_unsent', 'invalid_rows'];

function lostIn(scan: StageEntry | undefined): number {
  const numbers = Object.values(scan?.parts ?? {}).flatMap(({ facts }) =>
    lostFacts.flatMap((name) => (typeof facts[name] === 'number' ? [facts[name]] : [])),
  );
  return numbers.reduce((sum, one) => sum + one, 0) + sumOf(scan?.counts?.rejected ?? {});
}

/** Replies that may be missing from every count, at most so many; and how many second opinions got no answer. */
export function lostOf({ stages }: Manifest): ReportFacts['lost'] {
  const counts = stages.confirm?.counts ?? null;
  const unanswered = counts?.failed.timeout ?? 0;
  return {
    replies: lostIn(stages.scan),
    opinions: counts === null ? null : { asked: counts.answered + sumOf(counts.failed), unanswered },
  };
}

/**
 * The second scan beside the first.
 * @param addresses that were asked; null: there was none
 */
function rescanOf({ stages }: Manifest, addresses: number | null): ReportFacts['rescan'] {
  return addresses === null ? null : { addresses, lost: lostIn(stages.rescan) };
}

/** Two scans that asked the silent another number of times are not alike. */
function retriesNotice({ starts }: Manifest, addresses: number | null): ReportFacts['notices'] {
  if (addresses === null || !starts.some(({ changed }) => 'scan.retries' in changed)) return [];
  const text =
    'scan.retries was lowered in a later start: the second scan may have asked the silent less often than the first, and more of them seem lost';
  return [{ stage: 'rescan', text, lost: false }];
}

/** What programs said of their own work, added up over all parts: receive drops and the like. */
function programFacts(manifest: Manifest): [string, string][] {
  const sums = new Map<string, number>();
  for (const [stage, entry] of Object.entries(manifest.stages)) {
    for (const part of Object.values(entry.parts)) {
      for (const [name, value] of Object.entries(part.facts)) {
        if (typeof value === 'number') sums.set(`${stage}.${name}`, (sums.get(`${stage}.${name}`) ?? 0) + value);
      }
    }
  }
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, sum]) => [name, String(Math.round(sum * 1000) / 1000)]);
}

/** What stages fetched for the run, once each. One that was switched off keeps its file, and shows nothing made of it. */
function fetchedFiles(manifest: Manifest) {
  return Object.entries(manifest.stages).flatMap(([stage, { fetched, status }]) =>
    fetched === null || status === 'left_out' ? [] : [{ stage, ...fetched }],
  );
}

/** Of what time a fetched table is, and how far that lies from the measurement. */
function fetchedSetting(manifest: Manifest): [string, string][] {
  return fetchedFiles(manifest).flatMap(({ stage, content_at, wanted_at, distance_hours }): [string, string][] => [
    [`${stage}.table_of`, content_at],
    [`${stage}.table_wanted_of`, wanted_at],
    [`${stage}.table_distance_hours`, String(distance_hours)],
  ]);
}

/** What a list was taken for, where that is more than a file of names or ranks and names. */
function listNotices(manifest: Manifest): ReportFacts['notices'] {
  const sources = manifest.stages.targets?.sources ?? [];
  return sources.flatMap(({ as, kind, columns, ranks, lines }) => {
    if (sources.length === 1 && /^\d*$/.test(columns.name ?? '')) return [];
    const many = ranks === 'many' ? ', each of several names' : '';
    const ranked = columns.rank === null ? 'no ranks' : `ranks from ${columns.rank}${many}`;
    const text = `${as} was read as ${kind}: names from column ${columns.name}, ${ranked}, ${lines} lines`;
    return [{ stage: 'targets', text, lost: false }];
  });
}

/** Lists that were downloaded; files are among the inputs anyhow. */
function downloadedLists(manifest: Manifest) {
  const sources = manifest.stages.targets?.sources ?? [];
  return sources.flatMap(({ from, fetched, sha256 }) =>
    fetched === null || sha256 === null ? [] : [{ file: from, sha256 }],
  );
}

/** Other rules than ours are named above all numbers. */
function rulesNotice({ rule_set }: Manifest): ReportFacts['notices'] {
  const { name, sentence } = ruleSets[rule_set];
  if (name === 'ours') return [];
  return [{ stage: 'merge', text: `Judged by the rules of ${name}, not by ours. ${sentence}`, lost: false }];
}

/**
 * All that the page says about the run itself, from the manifest.
 * @param rescanned addresses that were scanned a second time; null: none were
 */
export function reportFacts(
  context: Pick<WholeContext<Config>, 'manifest' | 'config'>,
  order: readonly string[],
  rescanned: number | null = null,
): ReportFacts {
  const { manifest, config } = context;
  const { census, vantage } = manifest;
  const measuredWith = versionsOf(Object.values(manifest.stages));
  const stages = stageFacts(manifest, order);
  const disabled = new Set(order.filter((stage) => manifest.stages[stage]?.status === 'left_out'));
  const files = filesOfEnabled(Object.keys(manifest.inputs), manifest.config, disabled);
  return {
    run: manifest.run,
    replies: null,
    lab: config.lab,
    measured: measuredOf(stages),
    software: softwareText(census),
    stages,
    versions: config.scan.versions.map((version) => (version === 1 ? 'v1' : 'v0')),
    asked: askedOf(manifest, config.scan.versions),
    lost: lostOf(manifest),
    rescan: rescanOf(manifest, rescanned),
    seed: manifest.seed,
    vantage: vantageText(manifest),
    notices: [
      ...rulesNotice(manifest),
      ...vantageNotices(manifest),
      ...losses(manifest),
      ...notices(manifest),
      ...sentAgain(manifest, config),
      ...listNotices(manifest),
      ...laterNotices(stages),
      ...retriesNotice(manifest, rescanned),
    ].map((notice) => ({ ...notice, text: withoutPaths(notice.text) })),
    programs: Object.entries(manifest.programs).map(([name, { version }]) => ({
      name: basename(name),
      version: measuredWith.get(name)?.join(', ') ?? version ?? 'unknown',
    })),
    setting: [
      ['rule_set', manifest.rule_set],
      ['seed', String(manifest.seed)],
      ...publishedVantage(vantage),
      ...fetchedSetting(manifest),
      ...programFacts(manifest),
    ],
    config: publishedConfig(manifest.config, disabled),
    inputs: [
      ...files.map((file) => ({ file: basename(file), sha256: manifest.inputs[file]?.sha256 ?? '' })),
      ...downloadedLists(manifest),
      ...fetchedFiles(manifest).map(({ url, sha256 }) => ({ file: url, sha256 })),
    ],
    result: manifest.result_sha256,
  };
}
