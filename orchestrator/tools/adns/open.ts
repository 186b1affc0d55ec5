import type { Adnshost } from './adnshost.ts';
import type { AdnsQuestion, Wording } from './answer.ts';
import type { AdnsAnswer } from './raw.ts';

/** A question and what came of it. */
export interface Settled {
  question: AdnsQuestion;
  /** Questions of the part that were asked before this one. */
  serial: number;
  answer: AdnsAnswer;
  /** When the answer was read, or the question given up. */
  at: string;
  /** It had left the window. */
  silent: boolean;
}

export interface Ask {
  wording: Wording;
  /** By a process of its own, where no other question can lose its connection with this one. */
  alone?: boolean;
  /** Milliseconds after which it is given up, where not after the patience of the run. */
  patience?: number;
  settle: (settled: Settled) => void;
  /** It leaves the window. */
  leaves?: (serial: number) => void;
}

/** A question that is not settled. */
export interface Open {
  ask: Ask;
  question: AdnsQuestion;
  serial: number;
  member: Member;
  /** Milliseconds of silence since it was asked. */
  age: number;
  silent: boolean;
  /** No process has it: it waits for its repetition, and for its end. */
  resting: boolean;
  repeated: boolean;
}

/** A process and what is open with it. */
export interface Member {
  host: Adnshost;
  open: Map<number, Open>;
  silent: number;
  /** Questions with numbers below this were asked: one of them may be answered after it was given up. */
  asked: number;
  retired: boolean;
  /** It prints something other than answers, so its open queries are not waiting for a resolver. */
  floods: boolean;
}
