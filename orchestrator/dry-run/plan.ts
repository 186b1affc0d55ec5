import { parsePrefix } from '../address/ip.ts';
import { shardSize } from '../address/shards.ts';
import type { Config } from '../config/config.ts';
import { type Asked, addCosts, type Cost, noCost, openCost } from '../core/cost/cost.ts';
import { addRanges, exactly, type Range, unknown } from '../core/cost/range.ts';
import { addReasons, type Counts } from '../core/folder/entries.ts';
import { readRows } from '../core/folder/ndjson.ts';
import { weightOf } from '../core/part/cut.ts';
import type { PartStage } from '../core/stage.ts';
import { Holes } from './blocked.ts';
import { mostUnits } from './bounds.ts';
import { TargetRow } from './row.ts';
import { sizeOf } from './scopes.ts';
import type { Standing } from './survey.ts';

/** What a run would do in one stage. */
export interface StagePlan {
  stage: string;
  unit: string;
  kind: Standing['kind'];
  /** The stage whose result is waited for. */
  until: string | null;
  parts: { left: number; all: number } | null;
  /** Units left to ask. */
  units: Range;
  /** Addresses left to send to. */
  addresses: Range;
  /** Units that all of the stage asks, those of earlier starts among them. */
  all: { units: Range; addresses: Range };
  /** null: it sends nothing. */
  cost: Cost | null;
  /** Packets to one address. */
  perAddress: Range | null;
  /** Units that are left out, by reason. */
  skipped: Record<string, number>;
  /** Of the skipped, those in special-purpose ranges within a prefix. */
  special: number;
  counts: Counts | null;
}

const none = exactly(0);

function emptyPlan(stage: PartStage<Config>, kind: Standing['kind']): StagePlan {
  return {
    ...{ stage: stage.name, unit: stage.role.unit, kind, until: null, parts: null, units: none, addresses: none },
    ...{ all: { units: none, addresses: none }, cost: null, perAddress: null, skipped: {}, special: 0, counts: null },
  };
}

/** Sums over the rows of a part. */
interface Sums extends Asked {
  skipped: Record<string, number>;
  special: number;
}

/** Adds one row: what of it is asked, and what is not and why. */
function addRow(sums: Sums, row: unknown, stage: PartStage<Config>, config: Config, holes: Holes): void {
  const weight = weightOf(stage, row, config);
  const why = stage.screen?.(config).whole(row) ?? null;
  if (why !== null) {
    addReasons(sums.skipped, { [why]: weight });
    return;
  }
  const { at, shard } = TargetRow.parse(row);
  const prefix = parsePrefix(at);
  if (prefix === null) {
    sums.units += weight;
    return;
  }
  const size = shard === undefined ? sizeOf(prefix) : shardSize(prefix, shard);
  const { optedOut, special } = holes.within(at, shard);
  const each = weight / size;
  sums[prefix.family] += size - optedOut - special;
  sums.units += weight - (optedOut + special) * each;
  sums.special += special * each;
  if (optedOut + special > 0) addReasons(sums.skipped, { blocked: (optedOut + special) * each });
}

async function openPlan(
  stage: PartStage<Config>,
  config: Config,
  standing: Standing & { kind: 'open' },
): Promise<StagePlan> {
  const plan = emptyPlan(stage, 'open');
  const { folder, cut, left } = standing;
  const tool = stage.tool(config);
  const screen = stage.screen?.(config);
  const screened = { ...stage, screen: () => screen ?? { whole: () => null, partly: () => null } };
  const holes = new Holes(config);
  addReasons(plan.skipped, cut.skipped);
  let cost = noCost;
  for (const part of left) {
    const sums: Sums = { units: 0, 4: 0, 6: 0, skipped: {}, special: 0 };
    const rows = readRows(folder.input(stage.name, part), stage.role.input);
    for await (const row of rows) addRow(sums, row, screened, config, holes);
    plan.units = addRanges(plan.units, exactly(sums.units));
    plan.addresses = addRanges(plan.addresses, exactly(sums[4] + sums[6]));
    addReasons(plan.skipped, sums.skipped);
    plan.special += sums.special;
    if (sums.units > 0) cost = addCosts(cost, tool.cost?.(sums, config) ?? openCost(sums));
  }
  const asked = cut.units_in - Object.values(cut.skipped).reduce((sum, count) => sum + count, 0);
  const share = left.length === cut.parts.length ? plan.units : exactly(asked);
  const perUnit = plan.units.least === 0 ? 0 : plan.addresses.least / plan.units.least;
  plan.all = { units: share, addresses: exactly(Math.round(share.least * perUnit)) };
  plan.parts = { left: left.length, all: cut.parts.length };
  plan.cost = tool.collect === undefined ? null : cost;
  return plan;
}

/** The cost of so many units at most, in as many parts as they fill. */
function costUpTo(stage: PartStage<Config>, config: Config, most: Asked): Cost {
  const parts = Math.max(1, Math.ceil(most.units / stage.partSize(config)));
  const one = { units: most.units / parts, 4: most[4] / parts, 6: most[6] / parts };
  const { packets, bytes, seconds } = stage.tool(config).cost?.(one, config) ?? openCost(one);
  const upTo = (range: Range) => ({ least: 0, most: range.most === null ? null : range.most * parts });
  return { packets: upTo(packets), bytes: upTo(bytes), seconds: upTo(seconds) };
}

function unknownPlan(stage: PartStage<Config>, config: Config, until: string, before: readonly StagePlan[]): StagePlan {
  const plan = emptyPlan(stage, 'unknown');
  const most = mostUnits(stage.name, config, before);
  const units = { least: 0, most: most?.units ?? null };
  const addresses = { least: 0, most: most === null ? null : most[4] + most[6] };
  const open = { packets: unknown, bytes: unknown, seconds: unknown };
  const cost = most === null ? open : costUpTo(stage, config, most);
  return {
    ...plan,
    until,
    units,
    addresses,
    all: { units, addresses },
    cost: stage.tool(config).collect ? cost : null,
  };
}

/** What one address is sent, where the tool knows. */
function perAddress(stage: PartStage<Config>, config: Config): Range | null {
  if (stage.screen === undefined) return null;
  const row = stage.role.input.safeParse({ target: '198.18.0.1' });
  const units = row.success ? weightOf(stage, row.data, config) : 1;
  return (stage.tool(config).cost ?? openCost)({ units, 4: 1, 6: 0 }, config).packets;
}

/** @param before plans of the stages that it reads */
export async function planOf(
  stage: PartStage<Config>,
  config: Config,
  standing: Standing,
  before: readonly StagePlan[],
): Promise<StagePlan> {
  if (standing.kind === 'left_out') return emptyPlan(stage, 'left_out');
  const each = perAddress(stage, config);
  if (standing.kind === 'open') return { ...(await openPlan(stage, config, standing)), perAddress: each };
  if (standing.kind === 'unknown') return { ...unknownPlan(stage, config, standing.until, before), perAddress: each };
  const { counts } = standing;
  const skipped = Object.values(counts?.skipped ?? {}).reduce((sum, count) => sum + count, 0);
  const units = exactly((counts?.units_in ?? 0) - skipped);
  return {
    ...emptyPlan(stage, 'done'),
    all: { units, addresses: unknown },
    perAddress: each,
    counts,
    skipped: counts?.skipped ?? {},
  };
}
