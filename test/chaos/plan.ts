import { randomFrom, shuffled } from '../../scripts/lab/random.ts';

/** What ends a start of a run, or one of its programs alone. */
const signals = ['kill', 'term', 'hup', 'program killed'] as const;
export type Fault = (typeof signals)[number] | 'full disk' | 'power cut';

/** One fault, and what the user changes before the next start. */
export interface Blow {
  fault: Fault;
  /** It falls so many milliseconds after a stage has started: this one, or a later one where this one is done. */
  stage: number;
  afterMs: number;
  /** How long a full disk stays full; null: until the run has ended. */
  lastsMs: number | null;
  optsOut: boolean;
  lowers: boolean;
}

export interface RunPlan {
  index: number;
  /** Draws what the run itself decides as it goes. */
  seed: number;
  /** A tmpfs that can be full; an ext4 whose power can be cut, kind, or one that writes data only when it is told to. */
  disk: 'tmpfs' | 'ext4' | 'careless ext4';
  blows: Blow[];
}

/** Stages as a run says that they start, and how long a fault may take after that: what the longest of them take undisturbed. */
export const stages: readonly [name: string, ms: number][] = [
  ['targets', 150],
  ['resolve', 300],
  ['scan', 6000],
  ['handshake', 2500],
  ['asn', 300],
  ['whois', 300],
  ['geo', 300],
  ['path', 3000],
  ['merge', 400],
  ['report', 400],
];

function drawBlow(fault: Fault, random: () => number): Blow {
  // Half of them where a run spends its time, the others in any stage.
  const long = [2, 2, 3, 7];
  const below = (count: number) => Math.floor(random() * count);
  const stage = random() < 0.5 ? (long[below(long.length)] ?? 2) : below(stages.length);
  const afterMs = below(stages[stage]?.[1] ?? 300);
  const lastsMs = random() < 0.5 ? null : 100 + below(1500);
  return { fault, stage, afterMs, lastsMs, optsOut: random() < 0.4, lowers: random() < 0.4 };
}

/** A tenth of so many faults are power cuts, and as many full disks; signals are the others. */
function drawFaults(total: number, random: () => number): { cuts: Fault[]; others: Fault[] } {
  const tenth = Math.round(total / 10);
  const of = (fault: Fault, count: number) => Array<Fault>(count).fill(fault);
  const ends = Array.from(
    { length: total - 2 * tenth },
    (_, index): Fault => signals[index % signals.length] ?? 'kill',
  );
  return { cuts: of('power cut', tenth), others: shuffled([...of('full disk', tenth), ...ends], random) };
}

/** So many faults over a good fourth as many runs; ten over two. */
export function drawRuns(seed: number, total: number): RunPlan[] {
  const random = randomFrom(seed);
  const { cuts, others } = drawFaults(total, random);
  const count = Math.max(1, Math.round(0.24 * total));
  const apart = Math.max(1, Math.floor(count / Math.max(1, cuts.length)));
  const runs: RunPlan[] = Array.from({ length: count }, (_, index) => {
    const isCut = index % apart === apart - 1 && cuts.length > 0;
    const disk = !isCut ? 'tmpfs' : random() < 0.5 ? 'ext4' : 'careless ext4';
    const blows = isCut ? cuts.splice(0, 1).map((fault) => drawBlow(fault, random)) : [];
    return { index, seed: Math.floor(random() * 2 ** 31), disk, blows };
  });
  for (const [index, fault] of others.entries()) {
    const able = fault === 'full disk' ? runs.filter(({ disk }) => disk === 'tmpfs') : runs;
    const fewest = Math.min(...able.map(({ blows }) => blows.length));
    const run =
      able.filter(({ blows }) => blows.length === fewest)[index % 2] ??
      able.find(({ blows }) => blows.length === fewest);
    run?.blows.push(drawBlow(fault, random));
  }
  for (const { blows } of runs) blows.sort((a, b) => a.stage - b.stage);
  return runs;
}
