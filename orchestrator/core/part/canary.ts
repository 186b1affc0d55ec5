import { crc32 } from 'node:zlib';
import { CensusError } from '../../errors.ts';
import { accounted, type PartEntry, type StageEntry } from '../folder/entries.ts';
import type { LineWriter } from '../folder/files.ts';
import type { PartStage } from '../stage.ts';
import type { Cut } from './cut.ts';

/** The first units of a stage, asked alone: their result decides whether the rest is asked. */
export interface Canary<C> {
  /** Which share of the units; 0: none are asked alone. */
  share(config: C): number;
  /** Why the rest must not be asked; null when nothing speaks against it. */
  objection(entry: PartEntry, config: C): string | null;
  /** What to do about an objection. */
  hint: string;
  /** Refuses the rest for what it would take on this machine. */
  requireRest?(entry: PartEntry, rest: Rest<C>): Promise<void>;
}

/** What is left when the first units were asked. */
export interface Rest<C> {
  units: number;
  config: C;
  /** The run folder. */
  folder: string;
}

/** Fewer units show nothing, and are asked with the rest. */
export const leastUnits = 100;
/** A row of more units is divided, so that no network gets all of what is asked alone. */
const wide = 4096;

/** Rows on their way into the part that is asked alone. They are chosen by their bytes: the same list gives the same ones. */
export class CanaryRows<C> {
  readonly #stage: PartStage<C>;
  readonly #config: C;
  readonly #share: number;
  readonly #most: number;
  readonly #open: () => Promise<LineWriter>;
  #held: string[] = [];
  #units = 0;
  #writer: LineWriter | null = null;

  /** @param open begins the part: it is known to be one by then */
  constructor(stage: PartStage<C>, config: C, open: () => Promise<LineWriter>) {
    this.#stage = stage;
    this.#config = config;
    this.#share = stage.canary?.share(config) ?? 0;
    this.#most = stage.partSize(config);
    this.#open = open;
  }

  /** false: the stage has none, and every row is left for the rest. */
  get wanted(): boolean {
    return this.#share > 0;
  }

  /**
   * What of a row is left for the rest.
   * @param units how many units the row represents
   */
  rest(row: unknown, units: number, weightOf: (row: unknown) => number): unknown[] {
    const text = JSON.stringify(row);
    const chance = crc32(text) / 2 ** 32;
    const pieces = units > wide ? this.#stage.role.divided?.(row, Math.ceil(units * this.#share), this.#config) : null;
    if (!pieces) return chance < this.#share && this.#take(text, units) ? [] : [row];
    const chosen = pieces[Math.floor(chance * pieces.length)];
    if (!this.#take(JSON.stringify(chosen), weightOf(chosen))) return [row];
    return pieces.filter((piece) => piece !== chosen);
  }

  #take(text: string, units: number): boolean {
    if (this.#units + units > this.#most) return false;
    this.#units += units;
    this.#held.push(text);
    return true;
  }

  /** Writes what there is, once that is enough. */
  async drain(): Promise<void> {
    if (this.#units < leastUnits) return;
    this.#writer ??= await this.#open();
    for (const text of this.#held) this.#writer.add(text);
    this.#held = [];
    await this.#writer.drain();
  }

  /** Ends the part; gives the sha256 of its input, or the rows of one that did not become large enough. */
  async finish(): Promise<{ sha256: string } | { rows: unknown[] }> {
    await this.drain();
    if (this.#writer !== null) return { sha256: await this.#writer.finish() };
    return { rows: this.#held.map((text) => JSON.parse(text)) };
  }
}

/**
 * Looks at what came of the part that was asked alone.
 * @throws CensusError E_CANARY when the rest must not be asked; whatever `requireRest` throws
 */
export async function requireSound<C>(
  stage: PartStage<C>,
  { canary, units_in, skipped }: Cut,
  { parts }: StageEntry,
  { config, folder }: Pick<Rest<C>, 'config' | 'folder'>,
): Promise<void> {
  const entry = canary === null ? undefined : parts[canary];
  if (entry === undefined) return;
  const why = stage.canary?.objection(entry, config) ?? null;
  if (why === null) {
    const over = [...Object.values(skipped), ...Object.values(parts).map(({ counts }) => accounted(counts))];
    const units = over.reduce((left, count) => left - count, units_in);
    return await stage.canary?.requireRest?.(entry, { units, config, folder });
  }
  throw new CensusError(
    'E_CANARY',
    `${stage.name}/${canary}, the canary: ${why}; nobody else was asked`,
    stage.canary?.hint ?? '',
  );
}
