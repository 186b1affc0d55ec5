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

/** How the input of a stage was cut into parts. */
export const Cut = z.strictObject({
  parts: z.array(z.string()),
  /** sha256 of each part's input. */
  inputs: z.record(z.string(), z.string()),
  /** Units not asked, by reason. */
  skipped: z.record(z.string(), z.int()),
  /** Units in all parts, and the units skipped. */
  units_in: z.int(),
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

/** How many units a row stands for. */
export function weightOf<C>(stage: PartStage<C>, row: unknown, config: C): number {
  return stage.role.askedCount?.(row, config) ?? stage.role.asked(row, config)?.length ?? 1;
}

/** Rows of a stage on their way into part files: a part is full when the next row does not fit in with its units. */
class PartFiles<C> {
  readonly cut: Cut = { parts: [], inputs: {}, skipped: {}, units_in: 0, sources: [] };
  readonly #folder: RunFolder;
  readonly #stage: PartStage<C>;
  readonly #most: number;
  #writer: LineWriter | null = null;
  #units = 0;

  constructor(folder: RunFolder, stage: PartStage<C>, most: number) {
    this.#folder = folder;
    this.#stage = stage;
    this.#most = most;
  }

  /** Whether the part begun has room for so many units. */
  hasRoom(units: number): boolean {
    return this.#writer !== null && this.#units + units <= this.#most;
  }

  /** Begins a part. */
  async next(): Promise<void> {
    await this.finish();
    const part = RunFolder.partName(this.cut.parts.length);
    this.#writer = await LineWriter.create(this.#folder.input(this.#stage.name, part));
    this.cut.parts.push(part);
    this.#units = 0;
  }

  /** Takes a row without waiting; `drain` must follow before there are too many to hold. */
  add(row: unknown, units: number): void {
    this.#units += units;
    this.#writer?.add(JSON.stringify(row));
  }

  async drain(): Promise<void> {
    await this.#writer?.drain();
  }

  async finish(): Promise<void> {
    const part = this.cut.parts.at(-1);
    if (this.#writer !== null && part !== undefined) this.cut.inputs[part] = await this.#writer.finish();
    this.#writer = null;
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
  /** What the part begun has no room for: it begins the next, and is divided where no part has room for it. */
  async function begin(row: unknown, weight: number): Promise<void> {
    const pieces = weight > most ? stage.role.divided?.(row, most, config) : null;
    for (const piece of pieces ?? [row]) {
      const units = weightOf(stage, piece, config);
      if (!files.hasRoom(units)) await files.next();
      files.add(piece, units);
    }
  }
  for await (const batch of units) {
    for (const unit of batch) {
      const row = checked(unit.row);
      const weight = weightOf(stage, row, config);
      const duplicates = unit.duplicates ?? 0;
      cut.units_in += weight * (1 + duplicates);
      skip('duplicate', weight * duplicates);
      if (unit.skip !== null) skip(unit.skip, weight);
      else if (files.hasRoom(weight)) files.add(row, weight);
      else await begin(row, weight);
    }
    await files.drain();
  }
  await files.finish();
  cut.sources.push(...sources);
  await writeCut(folder, stage.name, cut);
  return cut;
}
