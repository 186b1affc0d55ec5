import type { RawRow } from '../../core/tool.ts';
import type { AdnsQuestion } from './answer.ts';
import type { AdnsAnswer } from './raw.ts';

/** The row of a unit, the same whether it is made while the unit is asked or from the raw files. */
export function rowOf(
  { name, type }: Pick<AdnsQuestion, 'name' | 'type'>,
  answers: AdnsAnswer[],
  at: string | null,
): RawRow {
  return { value: { name, type, answers, at } };
}
