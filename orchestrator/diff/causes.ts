import type { Cause } from '../schemas/history.ts';
import type { VerdictName } from '../schemas/lists.ts';

/** What one run says of an endpoint and version. */
export interface Side {
  /** As the run has it; silent where it has no answer. */
  verdict: VerdictName;
  rules: readonly string[];
  /** By the rules of today, as both sides are. */
  judged: VerdictName;
  /** The endpoint answered something in this run, whatever version was asked. */
  answered: boolean;
  /** Version and port were asked of anybody. */
  questionAsked: boolean;
  /** The list, or the prefixes, of the run led to the address. */
  led: boolean;
  /** An opt-out of the run holds the address. */
  blocked: boolean;
  /** Where the names of the address led in this run, which is elsewhere; empty where they led to it, or nowhere. */
  movedTo: readonly string[];
  /** A name of the address was asked in this run, and the resolver had no address for it. */
  unresolved: boolean;
}

/** What is the same for all endpoints of a pair of runs. */
export interface Pair {
  /** The runs were made from different places. */
  otherVantage: boolean;
  /** A sentinel did not answer as it must while this side asked, in words; null: they did, or none were asked. */
  impaired: readonly [before: string | null, after: string | null];
  /** Replies or SYNs that this side lost by its own count, in words; null: none to speak of. */
  lost: readonly [before: string | null, after: string | null];
}

export interface Compared {
  before: Side;
  after: Side;
  pair: Pair;
}

interface Rule {
  cause: Cause;
  /** What it says; docs/history.md has the same words. */
  sentence: string;
  /** What of the runs says so; null: it does not hold. */
  holds: (compared: Compared) => string | null;
}

const sides = ['first', 'second'] as const;

/** Both sides in turn, each with the other one. */
function each(
  { before, after }: Compared,
  of: (side: Side, other: Side, place: 0 | 1) => string | null,
): string | null {
  return of(before, after, 0) ?? of(after, before, 1);
}

const nothing = (side: Side) => side.judged === 'silent' || isIcmpOnly(side);
/** An ICMP error describes the path: nothing came from the host. */
const isIcmpOnly = ({ judged, rules }: Side) => judged === 'unknown' && rules.includes('icmp_error');
/** What a box on this side's way, or a loss, makes of any other verdict: it hides, and invents no key. */
const hides = ({ judged }: Side) => judged === 'silent' || judged === 'not_offered' || judged === 'unknown';

/** The closed list of causes, in order: the first that holds is told. */
export const causes: readonly Rule[] = [
  {
    cause: 'rule',
    sentence: 'Judged by one rule set both runs give the same verdict: the rules changed, not the host.',
    holds: ({ before, after }) =>
      before.judged === after.judged ? `by the rules of today ${before.judged} in both runs` : null,
  },
  {
    cause: 'address_moved',
    sentence:
      'The address was asked in one run only, and in the other the names that resolved to it resolve to other addresses.',
    holds: (compared) =>
      each(compared, (side, other, place) =>
        other.answered && !side.led && side.movedTo.length > 0
          ? `its names led elsewhere in the ${sides[place]} run`
          : null,
      ),
  },
  {
    cause: 'target_list',
    sentence: 'It was not asked in one of the runs: its version, port or address was not a target there.',
    holds: (compared) =>
      each(compared, (side, _other, place) => {
        if (!side.questionAsked) return `version or port was not asked in the ${sides[place]} run`;
        if (side.led || side.answered) return null;
        const why = side.unresolved ? 'its names had no address there' : 'no target led to it';
        return `not asked in the ${sides[place]} run: ${why}`;
      }),
  },
  {
    cause: 'blocked',
    sentence: 'An opt-out of one run covers the address, and that run has no answer from it.',
    holds: (compared) =>
      each(compared, (side, other, place) =>
        side.blocked && side.judged === 'silent' && other.judged !== 'silent'
          ? `opted out in the ${sides[place]} run`
          : null,
      ),
  },
  {
    cause: 'vantage',
    sentence:
      'The runs were made from different places, or a sentinel of the side that saw less did not answer as it should.',
    holds: ({ before, after, pair }) => {
      if (pair.otherVantage) return 'the runs are from different vantage points';
      if (pair.impaired[0] !== null && hides(before)) return pair.impaired[0];
      if (pair.impaired[1] !== null && hides(after)) return pair.impaired[1];
      return null;
    },
  },
  {
    cause: 'backend',
    sentence: 'In one run its own replies contradict each other: backends differ, and which of them answers is chance.',
    holds: (compared) =>
      each(compared, (side, _other, place) =>
        side.judged === 'inconsistent' ? `inconsistent in the ${sides[place]} run` : null,
      ),
  },
  {
    cause: 'noise',
    sentence:
      'One run has no usable reply for this version though the endpoint answered other probes, or it lost replies by its own count: asked again it may give either answer.',
    holds: (compared) =>
      each(compared, (side, _other, place) => {
        if (side.judged === 'silent' && side.answered) return `only this reply is missing in the ${sides[place]} run`;
        if (side.judged === 'silent') return compared.pair.lost[place];
        if (side.judged === 'unknown' && !isIcmpOnly(side))
          return `its reply in the ${sides[place]} run cannot be used`;
        return null;
      }),
  },
  {
    cause: 'gone_silent',
    sentence: 'It answered in the first run; in the second it sent nothing, or only an ICMP error came.',
    holds: ({ before, after }) =>
      nothing(after) && !nothing(before)
        ? isIcmpOnly(after)
          ? 'an ICMP error alone in the second run'
          : 'nothing came in the second run'
        : null,
  },
  {
    cause: 'appeared',
    sentence: 'It sent nothing in the first run, or only an ICMP error came; in the second it answered.',
    holds: ({ before, after }) =>
      nothing(before) && !nothing(after)
        ? isIcmpOnly(before)
          ? 'an ICMP error alone in the first run'
          : 'nothing came in the first run'
        : null,
  },
  {
    cause: 'refused',
    sentence: 'The port was closed in one run (a RST); the other got a SYN/ACK.',
    holds: (compared) =>
      each(compared, (side, _other, place) => (side.judged === 'refused' ? `an RST in the ${sides[place]} run` : null)),
  },
  {
    cause: 'verdict',
    sentence: 'Asked alike and judged alike, it answered in both runs and shows something else.',
    holds: ({ before, after }) => `${before.judged} in the first run, ${after.judged} in the second`,
  },
];

/** The one cause of a difference. */
export function causeOf(compared: Compared): { cause: Cause; detail: string } {
  for (const { cause, holds } of causes) {
    const detail = holds(compared);
    if (detail !== null) return { cause, detail };
  }
  throw new Error('the last cause holds always');
}
