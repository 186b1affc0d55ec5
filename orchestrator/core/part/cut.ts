import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { CensusError } from '../../errors.ts';
import { exists, LineWriter, sha256File, writeWhole } from '../folder/files.ts';
import { RunFolder } from '../folder/folder.ts';
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
});
export type Cut = z.infer<typeof Cut>;

/** Reads the cut of a stage; null when it was never finished, or is damaged. */
export async function readCut(folder: RunFolder, stage: string): Promise<Cut | null> {
  const path = folder.cut(stage);
  if (!(await exists(path))) return null;
  try {
    return Cut.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}

/** @throws CensusError E_RUN_FOLDER when the input of a part is not what was cut: its counts would not add up */
export async function requireInput(folder: RunFolder, stage: string, part: string, cut: Cut): Promise<void> {
  const path = folder.input(stage, part);
  if ((await exists(path)) && (await sha256File(path)) === cut.inputs[part]) return;
  const hint = `put it back, or remove ${folder.cut(stage)} to cut the stage anew; its packets are kept in raw/superseded`;
  throw new CensusError('E_RUN_FOLDER', `${path} is not what was written there`, hint);
}

function checkedRow<C>(stage: PartStage<C>, row: unknown): unknown {
  const parsed = stage.role.input.safeParse(row);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CensusError(
    'E_INPUT',
    `${stage.name}: unit ${JSON.stringify(row)}: ${issue?.message}`,
    'this is a defect; please report it',
  );
}

/** How many units a row stands for. */
export function weightOf<C>(stage: PartStage<C>, row: unknown, config: C): number {
  return stage.role.asked(row, config)?.length ?? stage.role.askedCount?.(row, config) ?? 1;
}

/** Writes the units of a stage as part files of at most `size` rows; the cut appears when all are there. */
export async function cutParts<C>(
  folder: RunFolder,
  stage: PartStage<C>,
  config: C,
  units: AsyncIterable<UnitRow>,
): Promise<Cut> {
  const size = stage.partSize(config);
  const cut: Cut = { parts: [], inputs: {}, skipped: {}, units_in: 0 };
  let writer: LineWriter | null = null;
  async function finish(): Promise<void> {
    const part = cut.parts.at(-1);
    if (writer !== null && part !== undefined) cut.inputs[part] = await writer.finish();
  }
  function skip(reason: string, count: number): void {
    if (count > 0) cut.skipped[reason] = (cut.skipped[reason] ?? 0) + count;
  }
  for await (const unit of units) {
    const row = checkedRow(stage, unit.row);
    const weight = weightOf(stage, row, config);
    const duplicates = unit.duplicates ?? 0;
    cut.units_in += weight * (1 + duplicates);
    skip('duplicate', weight * duplicates);
    if (unit.skip !== null) {
      skip(unit.skip, weight);
      continue;
    }
    if (writer === null || writer.lines >= size) {
      await finish();
      const part = RunFolder.partName(cut.parts.length);
      writer = await LineWriter.create(folder.input(stage.name, part));
      cut.parts.push(part);
    }
    await writer.write(JSON.stringify(row));
  }
  await finish();
  await writeWhole(folder.cut(stage.name), `${JSON.stringify(cut)}\n`);
  return cut;
}
