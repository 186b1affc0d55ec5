/** A number between two bounds; most: null where nothing bounds it. */
export interface Range {
  least: number;
  most: number | null;
}

export function exactly(value: number): Range {
  return { least: value, most: value };
}

export function atLeast(value: number): Range {
  return { least: value, most: null };
}

export const unknown: Range = atLeast(0);

export function addRanges(a: Range, b: Range): Range {
  return { least: a.least + b.least, most: a.most === null || b.most === null ? null : a.most + b.most };
}
