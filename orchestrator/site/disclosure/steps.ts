import type { Step, Version } from '../counts.ts';
import { type Count, fits, none } from './pieces.ts';
import { type Part, rollUp } from './roll-up.ts';
import type { Numbers } from './tree.ts';

/** Verdicts within one step; `other`: of several that are too few, or the step cannot be told apart. */
export interface VerdictCount {
  step: 'no_option' | 'option' | 'any';
  verdict: string;
  endpoints: number;
}

/** From the endpoints asked to the confirmed ones, of one version. null: withheld, or not measured. */
export interface Funnel extends Numbers {
  asked: number | null;
  replied: number | null;
  offered: number | null;
  verdicts: VerdictCount[];
  /** Endpoints whose verdict is neither yes nor no, and replies that were lost: so many more may be capable. */
  undecided: number;
  /** false: that is a number that holds others too, which are too few to be told. */
  exact: boolean;
}

/** What the scan asked: endpoints of each version, and at how many ports. */
export interface AskedOf {
  endpoints: number | null;
  ports: number;
  /** Replies that programs say they lost. */
  lost: number;
}

const undecidedVerdicts = new Set(['inconsistent', 'unknown', 'other']);

function countOf(steps: readonly Step[], step: number | null): Count {
  const found = steps.find((row) => row.step === step && row.verdict === null);
  return found === undefined ? none : { endpoints: found.endpoints, addresses: found.addresses };
}

function partsOf(steps: readonly Step[], wanted: readonly number[]): Part<string>[] {
  const rows = steps.filter((row) => row.step !== null && wanted.includes(row.step) && row.verdict !== null);
  const names = [...new Set(rows.map((row) => row.verdict ?? ''))];
  return names.map((name) => {
    const own = rows.filter((row) => row.verdict === name);
    const endpoints = own.reduce((sum, row) => sum + row.endpoints, 0);
    return { name, count: { endpoints, addresses: Math.max(...own.map((row) => row.addresses)) } };
  });
}

function verdictsOf(parts: Part<string>[], step: VerdictCount['step'], k: number): VerdictCount[] {
  const { kept, other } = rollUp(parts, k, 'shared');
  return [
    ...kept.map(({ name, count }) => ({ step, verdict: name, endpoints: count.endpoints })),
    ...(other === null ? [] : [{ step, verdict: 'other', endpoints: other }]),
  ];
}

/** Without a SYN/ACK nothing is a claim, but an ICMP error hides what the endpoint would have said. Fewer than k are told as k - 1. */
function hidden(steps: readonly Step[], k: number): { endpoints: number; exact: boolean } {
  const parts = partsOf(steps, [0]);
  const { kept, other } = rollUp(parts, k, 'shared');
  const own = parts.find(({ name }) => name === 'unknown');
  if (own === undefined || other === null || kept.includes(own))
    return { endpoints: own?.count.endpoints ?? 0, exact: true };
  return own.count.addresses < k ? { endpoints: k - 1, exact: false } : { endpoints: other, exact: false };
}

/** Beside what the whole tells of itself (answered, capable, confirmed): the steps before and between, and the verdicts in them. */
export function tellSteps(
  all: readonly Step[],
  { version, whole, asked, k }: { version: Version; whole: Numbers | null; asked: AskedOf; k: number },
): Funnel {
  const steps = all.filter((row) => row.version === version);
  const [everything, noSynack, noOption, option] = [null, 0, 1, 2].map((step) => countOf(steps, step));
  const total = everything ?? none;
  const numbers = whole ?? { answered: null, capable: null, confirmed: null };
  const silent = asked.endpoints === null ? null : asked.endpoints - total.endpoints;
  // Of those who were silent no address is kept: so many there are at least.
  const askedFits = silent !== null && fits({ endpoints: silent, addresses: Math.ceil(silent / asked.ports) }, k);
  const repliedFits = numbers.answered === null ? total.addresses >= k : fits(noSynack ?? none, k);
  const apart = numbers.capable !== null && fits(noOption ?? none, k) && fits(option ?? none, k);
  const verdicts = apart
    ? [...verdictsOf(partsOf(steps, [1]), 'no_option', k), ...verdictsOf(partsOf(steps, [2]), 'option', k)]
    : numbers.capable === null
      ? []
      : verdictsOf(partsOf(steps, [1, 2]), 'any', k);
  const open = verdicts.filter(({ verdict }) => undecidedVerdicts.has(verdict));
  const noClaim = hidden(steps, k);
  return {
    ...numbers,
    asked: askedFits && repliedFits ? asked.endpoints : null,
    replied: repliedFits ? total.endpoints : null,
    offered: apart && numbers.capable !== null ? (option?.endpoints ?? 0) + numbers.capable : null,
    verdicts,
    undecided: open.reduce((sum, { endpoints }) => sum + endpoints, 0) + noClaim.endpoints + asked.lost,
    exact: noClaim.exact && open.every(({ verdict }) => verdict !== 'other'),
  };
}
