import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { z } from 'zod';
import { CensusError } from '../../errors.ts';
import { compiled } from '../compiled.ts';
import { SourceEntry } from '../folder/entries.ts';
import { exists, LineWriter, sha256File, writeWhole } from '../folder/files.ts';
import { RunFolder } from '../folder/folder.ts';
import { openSeal, sealText } from '../folder/sealed.ts';
import type { PartStage, UnitRow } from '../stage.ts';
import { CanaryRows } from './canary.ts';

/** How the input of a stage was cut into parts. */
export const Cut = z.strictObject({
  parts: z.array(z.string()),
  /** sha256 of each part's input. */
  inputs: z.record(z.string(), z.string()),
  /** Units not asked, by reason. */
  skipped: z.record(z.string(), z.int()),
  /** Units in all parts, and the units skipped. */
  units_in: z.int(),
  /** The part that is asked first and alone (part/canary.ts). */
  canary: z.string().nullable().default(null),
  /** Files that the units were read from. */
  sources: z.array(SourceEntry).default([]),
});
export type Cut = z.infer<typeof Cut>;

/** Reads the cut of a stage; null when it was never finished, or is damaged. */
export async function readCut(folder: RunFolder, stage: string): Promise<Cut | null> {
  const path = folder.cut(stage);
  if (!(await exists(path))) return null;
  try {
    const { value, seal } = openSeal(relative(folder.root, path), await readFile(path, 'utf8'));
    return seal === 'broken' ? null : Cut.parse(value);
  } catch {
    return null;
  }
}

/** Says how a stage was cut: written last. */
export async function writeCut(folder: RunFolder, stage: string, cut: Cut): Promise<void> {
  const path = folder.cut(stage);
  await writeWhole(path, sealText(relative(folder.root, path), cut, 0));
}

/** @throws CensusError E_RUN_FOLDER when the input of a part is not what was cut: its counts would not add up */
export async function requireInput(folder: RunFolder, stage: string, part: string, cut: Cut): Promise<void> {
  const path = folder.input(stage, part);
  if ((await exists(path)) && (await sha256File(path)) === cut.inputs[part]) return;
  const hint = `put it back, or remove ${folder.cut(stage)} to cut the stage anew; its packets are kept in raw/superseded`;
  throw new CensusError('E_RUN_FOLDER', `${path} is not what was written there`, hint);
}

/** Checks rows against the role's schema, and gives them as it makes them. */
function rowCheck<C>({ name, role }: PartStage<C>): (row: unknown) => unknown {
  const input = compiled(role.input);
  return (row) => {
    const parsed = input.safeParse(row);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new CensusError(
      'E_INPUT',
      `${name}: unit ${JSON.stringify(row)}: ${issue?.message}`,
      'this is a defect; please report it',
    );
  };
}

/** How many units a row represents. */
export function weightOf<C>(stage: PartStage<C>, row: unknown, config: C): number {
  return stage.role.askedCount?.(row, config) ?? stage.role.asked(row, config)?.length ?? 1;
}

/** Rows of a stage on their way into part files: a part is full when the next row does not fit in with its units. */
class PartFiles<C> {
  readonly cut: Cut = { parts: [], inputs: {}, skipped: {}, units_in: 0, canary: null, sources: [] };
  readonly #folder: RunFolder;
  readonly #stage: PartStage<C>;
  readonly #most: number;
  #open: { part: string; writer: LineWriter } | null = null;
  #units = 0;

  constructor(folder: RunFolder, stage: PartStage<C>, most: number) {
    this.#folder = folder;
    this.#stage = stage;
    this.#most = most;
  }

  /** Whether the current part has room for this many units. */
  hasRoom(units: number): boolean {
    return this.#open !== null && this.#units + units <= this.#most;
  }

  /** Makes the input file of one more part. */
  async #create(): Promise<{ part: string; writer: LineWriter }> {
    const part = RunFolder.partName(this.cut.parts.length);
    this.cut.parts.push(part);
    return { part, writer: await LineWriter.create(this.#folder.input(this.#stage.name, part)) };
  }

  /** Begins a part. */
  async next(): Promise<void> {
    await this.finish();
    this.#open = await this.#create();
    this.#units = 0;
  }

  /** Begins the part that is asked alone, beside the one that is begun. */
  async canary(): Promise<LineWriter> {
    const { part, writer } = await this.#create();
    this.cut.canary = part;
    return writer;
  }

  /** Takes a row without waiting; `drain` must follow before there are too many to hold. */
  add(row: unknown, units: number): void {
    this.#units += units;
    this.#open?.writer.addRow(row);
  }

  async drain(): Promise<void> {
    await this.#open?.writer.drain();
  }

  async finish(): Promise<void> {
    if (this.#open !== null) this.cut.inputs[this.#open.part] = await this.#open.writer.finish();
    this.#open = null;
  }
}

/**
 * Writes the units of a stage as part files of at most so many units as the stage says, a single row that is larger and cannot be
 * divided by itself. The cut appears when all are there.
 * @param sources filled while the units are read
 */
export async function cutParts<C>(
  folder: RunFolder,
  stage: PartStage<C>,
  config: C,
  units: AsyncIterable<UnitRow[]>,
  sources: readonly SourceEntry[] = [],
): Promise<Cut> {
  const most = stage.partSize(config);
  const files = new PartFiles(folder, stage, most);
  const { cut } = files;
  const checked = rowCheck(stage);
  function skip(reason: string, count: number): void {
    if (count > 0) cut.skipped[reason] = (cut.skipped[reason] ?? 0) + count;
  }
  const weight = (row: unknown) => weightOf(stage, row, config);
  const canary = new CanaryRows(stage, config, () => files.canary());
  /** A row that the part begun has no room for begins the next, and is divided where no part has room for it. */
  async function begin(row: unknown, units: number): Promise<void> {
    const pieces = units > most ? stage.role.divided?.(row, most, config) : null;
    for (const piece of pieces ?? [row]) {
      if (!files.hasRoom(weight(piece))) await files.next();
      files.add(piece, weight(piece));
    }
  }
  for await (const batch of units) {
    for (const unit of batch) {
      const row = checked(unit.row);
      const units = weight(row);
      const { duplicates = 0, others = 0 } = unit;
      cut.units_in += units * (1 + duplicates + others);
      skip('duplicate', units * duplicates);
      if (unit.skip !== null) {
        skip(unit.skip, units * (1 + others));
        continue;
      }
      if (others > 0) throw new Error(`${stage.name}: a unit that is asked stands for ${others} others`);
      const alone = canary.wanted ? canary.rest(row, units, weight) : null;
      if (alone === null && files.hasRoom(units)) files.add(row, units);
      else for (const left of alone ?? [row]) await begin(left, left === row ? units : weight(left));
    }
    await files.drain();
    await canary.drain();
  }
  const asked = await canary.finish();
  if ('rows' in asked) for (const row of asked.rows) await begin(row, weight(row));
  else if (cut.canary !== null) cut.inputs[cut.canary] = asked.sha256;
  await files.finish();
  cut.sources.push(...sources);
  await writeCut(folder, stage.name, cut);
  return cut;
}
