import type { Manifest } from '../core/folder/manifest.ts';
import { CensusError } from '../errors.ts';
import { confidenceOf } from '../history/confidence.ts';
import type { HostFacts } from '../history/counts.ts';
import { type Given, type LeftOut, readRuns } from '../history/given.ts';
import { storedRescan } from '../history/judged.ts';
import { vantageNumbers } from '../history/marks.ts';
import { coverageOf } from '../history/run-rows.ts';
import { softwareText } from '../machine/provenance.ts';
import { vantageText } from '../report/caveats/vantage.ts';
import { publishedVantage } from '../report/published.ts';
import type { Confidence, ConfidenceReason } from '../schemas/history.ts';
import { isRescanned } from '../stages/merge/rescanned.ts';
import { askedOf, lostOf } from '../stages/report-facts.ts';
import { type Version, versions } from './counts.ts';

/** One run as the site names and cites it: what its report says of its setting, and nothing of the machine. */
export interface SiteRun {
  folder: string;
  name: string;
  /** Part of addresses of the site. */
  slug: string;
  /** Begin and end of the scan, UTC. */
  time: string;
  timeEnd: string;
  lab: boolean;
  ruleSet: string;
  rulesVersion: number | null;
  result: string | null;
  software: string;
  vantage: string;
  setting: [string, string][];
  /** Number of its vantage point among those of the runs: whether it is another is told, not which. */
  place: number | null;
  /** Digests of what the targets were read from: the same for the same list. */
  targets: string;
  ports: number[];
  /** Replies that programs say they lost. */
  lost: number;
  versions: ReadonlySet<Version>;
  asked: { v1: number | null; v0: number | null };
  /** Everything random begins at it. */
  seed: number;
  /** What two scans say of the same addresses, and the share of all that these are; null: there was one scan. */
  rescan: { file: () => Promise<string | null>; drawn: number } | null;
  /** How far the run can be relied on, by what it counted of itself. */
  confidence: (controls: HostFacts['controls']) => Reliance;
}

/** Words alone: what stands behind them may be the count of one. */
export interface Reliance {
  word: Confidence;
  reasons: ConfidenceReason[];
}

function relianceOf(manifest: Manifest, controls: HostFacts['controls']): Reliance {
  const { confidence, confidence_reasons } = confidenceOf({
    manifest,
    hosts: { controls },
    coverage: coverageOf(manifest),
  });
  return { word: confidence, reasons: confidence_reasons.map(({ reason }) => reason) };
}

/** The page of all runs lies beside theirs. */
const listSlug = 'index';

/** A name as part of an address: letters, digits, dot, dash; one name each. */
function slugOf(name: string, taken: Set<string>): string {
  const plain =
    name
      .normalize('NFKD')
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[.-]+|[.-]+$/g, '') || 'run';
  let slug = plain;
  for (let n = 2; taken.has(slug.toLowerCase()); n++) slug = `${plain}-${n}`;
  taken.add(slug.toLowerCase());
  return slug;
}

export function siteRun(given: Given, taken: Set<string>): SiteRun {
  const { folder, name, manifest, config, time, timeEnd } = given;
  const { rescan } = config;
  const asked = askedOf(manifest, config.scan.versions);
  return {
    folder,
    name,
    slug: slugOf(name, taken),
    time,
    timeEnd,
    lab: config.lab,
    ruleSet: manifest.rule_set,
    rulesVersion: manifest.rules_version,
    result: manifest.result_sha256,
    software: softwareText(manifest.census),
    vantage: vantageText(manifest),
    setting: publishedVantage(manifest.vantage),
    place: null,
    targets: JSON.stringify((manifest.stages.targets?.sources ?? []).map(({ sha256 }) => sha256)),
    ports: [...config.scan.ports].sort((a, b) => a - b),
    versions: new Set(versions.filter((version) => config.scan.versions.includes(version === 'v1' ? 1 : 0))),
    lost: lostOf(manifest).replies,
    asked: { v1: asked?.v1 ?? null, v0: asked?.v0 ?? null },
    seed: manifest.seed,
    rescan:
      rescan === false || !isRescanned(manifest) ? null : { file: () => storedRescan(given), drawn: rescan.share },
    confidence: (controls) => relianceOf(manifest, controls),
  };
}

export interface SiteRuns {
  /** Oldest first. */
  runs: SiteRun[];
  /** Runs whose scan ended after the embargo's date. */
  embargoed: number;
  leftOut: LeftOut[];
}

/**
 * Reads the runs that may be published.
 * @param embargo the last day that may be published, such as 2026-12-01; null: every day
 * @throws CensusError E_INPUT when no run may be published
 */
export async function readSiteRuns(folders: readonly string[], embargo: string | null): Promise<SiteRuns> {
  const { runs, leftOut } = await readRuns(folders);
  const open = runs.filter(({ timeEnd }) => embargo === null || timeEnd.slice(0, embargo.length) <= embargo);
  if (open.length === 0) {
    throw new CensusError(
      'E_INPUT',
      `no scan of the ${runs.length} runs ended by ${embargo}: nothing may be published`,
      'give --embargo a later date, or publish later',
    );
  }
  const taken = new Set([listSlug]);
  const places = vantageNumbers(open);
  return {
    runs: open.map((run, i) => ({ ...siteRun(run, taken), place: places[i] ?? null })),
    embargoed: runs.length - open.length,
    leftOut,
  };
}
