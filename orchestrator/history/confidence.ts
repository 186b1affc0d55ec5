import type { Manifest } from '../core/folder/manifest.ts';
import { heldResets, movedSettings, sumOf } from '../machine/notices.ts';
import { formatCount, formatShare } from '../report/format.ts';
import { Confidence, type ConfidenceReason } from '../schemas/history.ts';
import type { HistoryRun } from '../schemas/records/history/run.ts';
import type { HostFacts } from './counts.ts';

/** A reason with how much it takes off a point. */
type Reason = HistoryRun['confidence_reasons'][number];

/** What a run counted of itself. */
export interface OwnFacts {
  manifest: Manifest;
  hosts: Pick<HostFacts, 'controls'>;
  /** Share of the endpoints that the targets led to which were asked; null where it cannot be told. */
  coverage: number | null;
}

interface Rule {
  reason: ConfidenceReason;
  /** null: it does not hold. */
  of: (facts: OwnFacts) => Pick<Reason, 'level' | 'text'> | null;
}

/** Stages that send; what is lost in others changes no verdict. */
const asking = ['scan', 'confirm'] as const;
const sending = [...asking, 'handshake'] as const;

/** Above the first share a point is reduced, above the second doubtful. */
interface Limits {
  reduced: number;
  doubtful: number;
}
const lost: Limits = { reduced: 0.001, doubtful: 0.01 };
const wrong: Limits = { reduced: 0.01, doubtful: 0.05 };
/** Fewer controls tell of no rate. */
const enoughControls = 20;

function levelOf(n: number, base: number, { reduced, doubtful }: Limits): Confidence | null {
  const share = base === 0 ? Number(n > 0) : n / base;
  if (share > doubtful) return 'doubtful';
  return share > reduced ? 'reduced' : null;
}

function counted(n: number, base: number, limits: Limits, what: string): Pick<Reason, 'level' | 'text'> | null {
  const level = levelOf(n, base, limits);
  if (level === null) return null;
  return { level, text: `${formatCount(n)} of ${formatCount(base)} ${what} (${formatShare(n, base)})` };
}

function over(manifest: Manifest, stages: readonly string[], ...names: string[]): number {
  return stages.reduce(
    (sum, stage) => sum + names.reduce((all, name) => all + (sumOf(manifest, stage, name) ?? 0), 0),
    0,
  );
}

const rejectedUnits = (manifest: Manifest, stage: string) =>
  Object.values(manifest.stages[stage]?.counts?.rejected ?? {}).reduce((sum, n) => sum + n, 0) +
  (sumOf(manifest, stage, 'invalid_rows') ?? 0);

/** The rules, in the order in which they are told (docs/history.md). */
export const confidenceRules: readonly Rule[] = [
  {
    reason: 'vantage_impaired',
    of: ({ manifest: { vantage_impaired } }) => {
      const seen = (vantage_impaired ?? []).map(
        ({ sentinel, moment, stage }) => `${sentinel} at the ${moment} of ${stage}`,
      );
      if (seen.length === 0) return null;
      return { level: 'doubtful', text: `sentinels did not answer as they must: ${[...new Set(seen)].join(', ')}` };
    },
  },
  {
    reason: 'replies_lost',
    of: ({ manifest }) => {
      const drops = over(manifest, asking, 'receive_drops');
      const records = asking.reduce((sum, stage) => sum + (manifest.stages[stage]?.counts?.records_out ?? 0), 0);
      return counted(drops, drops + records, lost, 'replies were lost on this machine');
    },
  },
  {
    reason: 'probes_lost',
    of: ({ manifest }) => {
      const failures = over(manifest, asking, 'send_failures', 'first_targets_unsent');
      const sent = over(manifest, asking, 'targets_sent');
      return counted(failures, Math.max(sent, failures), lost, 'SYNs did not leave this machine');
    },
  },
  {
    reason: 'connections_lost',
    of: ({ manifest }) => {
      const dropped = over(manifest, ['handshake'], 'capture_dropped');
      if (dropped > 0)
        return { level: 'reduced', text: `the capture of connections lost ${formatCount(dropped)} packets` };
      const cut = over(manifest, ['handshake'], 'capture_cut');
      return cut === 0
        ? null
        : { level: 'reduced', text: 'the capture of connections ended before it had read everything' };
    },
  },
  {
    reason: 'resets_held_back',
    of: ({ manifest }) => {
      const held = asking.flatMap((stage) => heldResets(manifest, stage) ?? []);
      if (held.length === 0) return null;
      const repeated = held.reduce((sum, one) => sum + one.repeated, 0);
      return {
        level: 'reduced',
        text: `RSTs of this machine did not leave: ${formatCount(repeated)} SYN/ACKs came again`,
      };
    },
  },
  {
    reason: 'settings_moved',
    of: ({ manifest }) => {
      const names = movedSettings(manifest, 'handshake');
      if (names.length === 0) return null;
      return { level: 'reduced', text: `something else changed ${names.join(', ')} while connections were made` };
    },
  },
  {
    reason: 'controls_wrong',
    of: ({ hosts: { controls } }) => {
      const told = controls.flatMap(({ control, controls: base, wrong: n }) =>
        base < enoughControls ? [] : (counted(n, base, wrong, `${control} controls came out as something else`) ?? []),
      );
      return told.find(({ level }) => level === 'doubtful') ?? told[0] ?? null;
    },
  },
  {
    reason: 'units_rejected',
    of: ({ manifest }) => {
      const rejected = sending.reduce((sum, stage) => sum + rejectedUnits(manifest, stage), 0);
      const units = sending.reduce((sum, stage) => {
        const counts = manifest.stages[stage]?.counts;
        return (
          sum + (counts == null ? 0 : counts.answered + Object.values(counts.failed).reduce((all, n) => all + n, 0))
        );
      }, 0);
      return counted(rejected, units + rejected, lost, 'units had answers that could not be used');
    },
  },
  {
    reason: 'parts_missing',
    of: ({ manifest }) => {
      const open = sending.filter((stage) => manifest.stages[stage]?.status === 'running');
      if (open.length === 0) return null;
      return { level: 'doubtful', text: `not all parts of ${open.join(', ')} are there` };
    },
  },
  {
    reason: 'not_asked',
    of: ({ coverage }) => {
      if (coverage === null || coverage >= 0.9) return null;
      const text = `${formatShare(coverage, 1)} of the endpoints that the targets led to were asked`;
      return { level: coverage < 0.5 ? 'doubtful' : 'reduced', text };
    },
  },
];

/** How far a run can be relied on: the worst of what holds. */
export function confidenceOf(facts: OwnFacts): Pick<HistoryRun, 'confidence' | 'confidence_reasons'> {
  const reasons = confidenceRules.flatMap(({ reason, of }) => {
    const found = of(facts);
    return found === null ? [] : [{ reason, ...found }];
  });
  const worst = Math.max(0, ...reasons.map(({ level }) => Confidence.options.indexOf(level)));
  return { confidence: Confidence.options[worst] ?? 'sound', confidence_reasons: reasons };
}
