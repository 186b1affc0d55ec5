/**
 * What an attacker makes of published sums. Unknowns are the finest cells that anything published is a sum of; what is published gives
 * one equation each. A set of cells is found out when the equations give its sum, or leave it one value among those not below zero.
 */
export interface Equation {
  /** 1 for each cell that is part of the sum. */
  of: readonly number[];
  sum: number;
}

const tiny = 1e-7;

/** Equations without those that follow from the others, each with a 1 that no other has (Gauss and Jordan). Small whole numbers: exact enough. */
export function reduced(equations: readonly Equation[]): { row: number[]; sum: number; pivot: number }[] {
  const kept: { row: number[]; sum: number; pivot: number }[] = [];
  for (const { of, sum } of equations) {
    const row = [...of];
    let value = sum;
    for (const basis of kept) value -= subtract(row, basis.row, row[basis.pivot] ?? 0) * basis.sum;
    const pivot = row.findIndex((entry) => Math.abs(entry) > tiny);
    if (pivot === -1) {
      if (Math.abs(value) > tiny) throw new Error('published sums contradict each other');
      continue;
    }
    const lead = row[pivot] ?? 1;
    for (let i = 0; i < row.length; i++) row[i] = (row[i] ?? 0) / lead;
    value /= lead;
    for (const basis of kept) basis.sum -= subtract(basis.row, row, basis.row[pivot] ?? 0) * value;
    kept.push({ row, sum: value, pivot });
  }
  return kept;
}

function subtract(from: number[], row: readonly number[], factor: number): number {
  if (Math.abs(factor) > tiny) for (let i = 0; i < from.length; i++) from[i] = (from[i] ?? 0) - factor * (row[i] ?? 0);
  return factor;
}

/** The sum of a set of cells, where the equations give it; null where they do not. */
export function solved(basis: ReturnType<typeof reduced>, set: readonly number[]): number | null {
  const rest = [...set];
  let value = 0;
  for (const { row, sum, pivot } of basis) value += subtract(rest, row, rest[pivot] ?? 0) * sum;
  return rest.every((entry) => Math.abs(entry) <= 1e-6) ? Math.round(value) : null;
}

/** Least sum of a set of cells that are not below zero and fulfil the equations: the simplex method after Bland, two phases. */
function least(basis: ReturnType<typeof reduced>, costs: readonly number[]): number {
  const cells = costs.length;
  const rows = basis.map(({ row, sum }, i) => {
    const sign = sum < 0 ? -1 : 1;
    const slack = basis.map((_, j) => (i === j ? 1 : 0));
    return [...row.map((entry) => sign * entry), ...slack, sign * sum];
  });
  const basic = basis.map((_, i) => cells + i);
  const width = cells + basis.length;
  const phase = (cost: (column: number) => number, allowed: number) => {
    for (;;) {
      const worth = (column: number) =>
        cost(column) - rows.reduce((sum, row, i) => sum + cost(basic[i] ?? 0) * (row[column] ?? 0), 0);
      let enter = -1;
      for (let column = 0; column < allowed && enter === -1; column++)
        if (!basic.includes(column) && worth(column) < -tiny) enter = column;
      if (enter === -1) return;
      let leave = -1;
      let best = Number.POSITIVE_INFINITY;
      rows.forEach((row, i) => {
        const entry = row[enter] ?? 0;
        if (entry <= tiny) return;
        const ratio = (row[width] ?? 0) / entry;
        const earlier = ratio < best + tiny && (basic[i] ?? 0) < (basic[leave] ?? Number.POSITIVE_INFINITY);
        if (ratio < best - tiny || earlier) [best, leave] = [Math.min(ratio, best), i];
      });
      if (leave === -1) return;
      pivotOn(rows, leave, enter);
      basic[leave] = enter;
    }
  };
  phase((column) => (column >= cells ? 1 : 0), width);
  phase((column) => (column >= cells ? 1e6 : (costs[column] ?? 0)), cells);
  return rows.reduce((sum, row, i) => sum + (costs[basic[i] ?? 0] ?? 0) * (row[width] ?? 0), 0);
}

function pivotOn(rows: number[][], at: number, column: number): void {
  const lead = rows[at] ?? [];
  const by = lead[column] ?? 1;
  for (let i = 0; i < lead.length; i++) lead[i] = (lead[i] ?? 0) / by;
  rows.forEach((row, i) => {
    if (i !== at) subtract(row, lead, row[column] ?? 0);
  });
}

/** The one value that a set of cells can have, by the equations or by their bounds; null where it may have several. */
export function foundOut(basis: ReturnType<typeof reduced>, set: readonly number[]): number | null {
  const exact = solved(basis, set);
  if (exact !== null) return exact;
  const low = least(basis, set);
  const high = -least(
    basis,
    set.map((entry) => -entry),
  );
  return high - low < 1e-4 ? Math.round(low) : null;
}
