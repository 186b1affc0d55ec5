import { leftOver, settleLevels, type Told } from './levels.ts';
import { type Level, levelAlone, type Overlap, type Pieces } from './pieces.ts';

/** What is told of a group; null: withheld, or not measured at all. */
export interface Numbers {
  answered: number | null;
  capable: number | null;
  confirmed: number | null;
  /** Of a sum of groups: what some of them withhold. The sum is then of the others, and a lower bound. */
  partly?: readonly Piece[];
}

export type Piece = 'answered' | 'capable' | 'confirmed';

/** A group of the tree that may be told, with what may be told of its parts. */
export interface Node {
  key: string;
  name: string | null;
  numbers: Numbers;
  parts: Node[];
  /** Parts that are not told, and what is withheld of those that are: with the parts they sum up to the group. */
  left: Numbers;
}

/** A group as it is counted. */
export interface Counted {
  key: string;
  name: string | null;
  pieces: Pieces;
  parts: Counted[];
}

interface Rules {
  k: number;
  overlap: Overlap;
}

function numbersAt({ answered, capable, confirmed }: Pieces, level: Level): Numbers {
  return {
    answered: level >= 1 ? answered.endpoints : null,
    capable: level >= 2 ? capable.endpoints : null,
    confirmed: level >= 3 ? (confirmed?.endpoints ?? null) : null,
  };
}

function nodeOf(counted: Counted, level: Level, rules: Rules): Node {
  const told: Told<Counted>[] = settleLevels(counted.parts, { whole: level, ...rules });
  const left = (at: Level, of: (pieces: Pieces) => Pieces['confirmed']) =>
    level >= at ? leftOver(told, at, of) : null;
  return {
    key: counted.key,
    name: counted.name,
    numbers: numbersAt(counted.pieces, level),
    parts: told.flatMap((part) => (part.level === 0 ? [] : [nodeOf(part.group, part.level, rules)])),
    left: {
      answered: left(1, ({ answered }) => answered),
      capable: left(2, ({ capable }) => capable),
      confirmed: left(3, ({ confirmed }) => confirmed),
    },
  };
}

/** What may be told of a whole and its parts, level by level; null where not even the whole may be. */
export function tellTree(whole: Counted, rules: Rules): Node | null {
  const level = levelAlone(whole.pieces, { most: 3, k: rules.k, isWhole: true });
  return level === 0 ? null : nodeOf(whole, level, rules);
}
