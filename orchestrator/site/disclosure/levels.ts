import { type Count, fits, type Level, levelAlone, none, type Overlap, type Pieces, together } from './pieces.ts';

/** A group with the level that it is told at. */
export interface Told<Group> {
  group: Group;
  pieces: Pieces;
  level: Level;
}

interface Cut {
  of: (pieces: Pieces) => Count;
  /** The first level at which it is told. */
  from: Level;
}

/** In this order: what one step withholds, the next ones see. */
const pieces: readonly Cut[] = [
  { of: ({ answered }) => answered, from: 1 },
  { of: ({ capable }) => capable, from: 2 },
  { of: ({ rest }) => rest, from: 2 },
  { of: ({ confirmed }) => confirmed ?? none, from: 3 },
  { of: ({ unconfirmed }) => unconfirmed ?? none, from: 3 },
];

/**
 * Tells less of the smallest group of which a piece is told, when what is left of that piece is too small. The whole group's piece may
 * be told, so where no other group has any of it, what is left is that.
 * @returns false when nothing had to change
 */
function withholdOne<Group>(groups: Told<Group>[], { of, from }: Cut, k: number, overlap: Overlap): boolean {
  const left = groups.filter(({ level }) => level < from).map((told) => of(told.pieces));
  if (fits(together(left, overlap), k)) return false;
  const [smallest] = groups
    .filter((told) => told.level >= from && of(told.pieces).endpoints > 0)
    .sort(
      (a, b) =>
        of(a.pieces).addresses - of(b.pieces).addresses || a.pieces.answered.endpoints - b.pieces.answered.endpoints,
    );
  if (smallest === undefined) return false;
  smallest.level = below(from);
  return true;
}

function below(level: Level): Level {
  if (level === 3) return 2;
  return level === 2 ? 1 : 0;
}

/**
 * How much is told of each part of a whole, so that whatever is left when the parts told are taken from the whole is nobody or has k
 * addresses at least, at each level.
 * @param whole the level of the whole: what is not told of it is told of no part
 */
export function settleLevels<Group extends { pieces: Pieces }>(
  groups: readonly Group[],
  { whole, k, overlap }: { whole: Level; k: number; overlap: Overlap },
): Told<Group>[] {
  const told = groups.map((group) => ({
    group,
    pieces: group.pieces,
    level: levelAlone(group.pieces, { most: whole, k, isWhole: false }),
  }));
  for (let changed = true; changed; ) {
    changed = pieces.some((piece) => piece.from <= whole && withholdOne(told, piece, k, overlap));
  }
  return told;
}

/** What is left of a whole beside the parts told at a level. */
export function leftOver<Group>(
  told: readonly Told<Group>[],
  level: Level,
  of: (pieces: Pieces) => Count | null,
): number {
  return told.filter((one) => one.level < level).reduce((sum, one) => sum + (of(one.pieces)?.endpoints ?? 0), 0);
}
