import type { Cell, RunCounts, Version } from './counts.ts';
import type { Known } from './data/rows.ts';
import type { Overlap } from './disclosure/pieces.ts';
import { type Funnel, tellSteps } from './disclosure/steps.ts';
import { type Sure, tellAgreement, tellNetworks } from './disclosure/sureness.ts';
import { type Counted, type Node, tellTree } from './disclosure/tree.ts';
import type { Reliance, SiteRun } from './runs.ts';

/** A table of one run, per version; null where nothing of it may be told. */
export type Trees = Record<Version, Node | null>;

/** What is told of how sure a version's share is. */
interface Sureness {
  /** What other networks might give. */
  networks: Sure;
  /** How far two scans agree. */
  agreement: Sure;
}

const notAsked: Sure = { why: 'not measured: this version was not asked' };

/** All that is published of one run's numbers. */
export interface ToldRun {
  run: SiteRun;
  /** all > country > origin AS */
  places: Trees;
  /** all > port > address family */
  ports: Trees;
  funnel: Record<Version, Funnel>;
  reliance: Reliance;
  sureness: Record<Version, Sureness>;
  /** What this run measured at all. */
  known: Known;
  /** Names in the target list, and those that led to an address; null when the targets were no names. */
  names: { listed: number; resolved: number } | null;
}

function countedTree(cells: readonly Cell[], version: Version): Counted | null {
  const own = cells.filter((cell) => cell.version === version);
  const whole = own.find(({ outer }) => outer === null);
  if (whole === undefined) return null;
  const inner = new Map<string | null, Counted[]>();
  for (const { outer, inner: key, name, pieces } of own) {
    if (key === null) continue;
    const parts = inner.get(outer) ?? [];
    parts.push({ key, name, pieces, parts: [] });
    inner.set(outer, parts);
  }
  const groups = own.filter((cell) => cell.outer !== null && cell.inner === null);
  return {
    key: 'all',
    name: null,
    pieces: whole.pieces,
    parts: groups.map(({ outer, pieces }) => ({
      key: outer ?? '',
      name: null,
      pieces,
      parts: inner.get(outer) ?? [],
    })),
  };
}

function treeOf(cells: readonly Cell[], version: Version, k: number, overlap: Overlap): Node | null {
  const counted = countedTree(cells, version);
  return counted === null ? null : tellTree(counted, { k, overlap });
}

/** Tells of a run what may be told at k. Its counts are not kept. */
export function tellRun(run: SiteRun, counts: RunCounts, k: number): ToldRun {
  const trees = (cells: readonly Cell[], overlap: Overlap): Trees => ({
    v1: treeOf(cells, 'v1', k, overlap),
    v0: treeOf(cells, 'v0', k, overlap),
  });
  const places = trees(counts.places, 'disjoint');
  const funnel = (version: Version) => {
    const asked = { endpoints: run.asked[version], ports: Math.max(1, run.ports.length), lost: run.lost };
    return tellSteps(counts.steps, { version, whole: places[version]?.numbers ?? null, asked, k });
  };
  const tellSureness = (version: Version): Sureness => {
    const { interval, clusters, twice } = counts.sureness[version];
    if (!run.versions.has(version)) return { networks: notAsked, agreement: notAsked };
    const networks = tellNetworks(interval, { clusters, whole: places[version]?.numbers ?? null, k });
    return { networks, agreement: tellAgreement(twice, k) };
  };
  const listed = counts.summary('domains_listed') ?? 0;
  return {
    run,
    places,
    ports: trees(counts.ports, 'shared'),
    funnel: { v1: funnel('v1'), v0: funnel('v0') },
    reliance: run.confidence(counts.controls),
    sureness: { v1: tellSureness('v1'), v0: tellSureness('v0') },
    known: { confirmed: counts.summary('endpoints_confirmed_v1') !== null, versions: run.versions },
    names: listed === 0 ? null : { listed, resolved: counts.summary('domains_resolved') ?? 0 },
  };
}
