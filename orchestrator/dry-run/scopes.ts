import { type Prefix, parsePrefix } from '../address/ip.ts';
import { PrefixSet } from '../address/prefix-set.ts';
import { scopeSizes } from '../address/scope.ts';
import type { Config } from '../config/config.ts';
import type { UnitRow } from '../core/stage.ts';
import { TargetRow } from './row.ts';

/** Addresses by scope and family. */
export type ScopeTable = Map<string, { 4: number; 6: number }>;

/** The scope of what a lab run declares its own. */
export const declared = 'lab_ranges';

/** Sorts targets by scope and family, those among them that will not be asked. */
export class ScopeTally {
  readonly table: ScopeTable = new Map();
  readonly #lab: PrefixSet;

  constructor(config: Config) {
    this.#lab = new PrefixSet(config.lab ? config.lab_ranges : []);
  }

  add(target: string): void {
    const prefix = parsePrefix(target);
    if (prefix === null) return;
    const { inside, outside } = this.#lab.split(prefix);
    for (const piece of inside) this.#count(declared, prefix.family, sizeOf(piece));
    for (const piece of outside) {
      for (const [scope, size] of scopeSizes(piece)) this.#count(scope, prefix.family, size);
    }
  }

  #count(scope: string, family: 4 | 6, size: number): void {
    const row = this.table.get(scope) ?? { 4: 0, 6: 0 };
    row[family] += size;
    this.table.set(scope, row);
  }
}

export function sizeOf({ words, length }: Prefix): number {
  return 2 ** (32 * words.length - length);
}

/** The units of a stage as they pass, each target counted once: what a list names twice, or a prefix holds already, is no more. */
export async function* counted(units: AsyncIterable<UnitRow[]>, tally: ScopeTally): AsyncGenerator<UnitRow[]> {
  for await (const batch of units) {
    for (const { row, skip } of batch) if (skip !== 'duplicate') tally.add(TargetRow.parse(row).at);
    yield batch;
  }
}
