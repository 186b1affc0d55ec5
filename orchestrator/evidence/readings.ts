import type { Answer } from './answers.ts';
import { brokenWalk, type Fault, offFormat } from './classify.ts';
import type { Facts } from './facts.ts';

/** Facts as the rules ask for them: which answers, and what stands in one. No opinion on what follows from it. */

export const has = ({ shown }: Answer, ...faults: Fault[]) => faults.some((fault) => shown?.faults.includes(fault));

/** An option of kind 30 came. */
export const carries = ({ shown }: Answer) => (shown?.option ?? null) !== null;

/** The option area can be walked, and what it says of MPTCP keeps to the format. An option returned to us has the format of a SYN. */
export const sound = (answer: Answer) => !has(answer, ...brokenWalk, ...offFormat) && !isStub(answer);

/** Kind 30 with no room for a subtype. */
function isStub({ shown }: Answer): boolean {
  return shown?.option != null && shown.option.length < 3;
}

/** Answers to this version's probes; a packet that was the answer to another probe before is not one. */
export function own({ version, answers }: Facts): Answer[] {
  return answers.filter(({ probe, repeatOf }) => probe.asks === version && repeatOf === null);
}

/** Answers to the probes of the other version. */
export function others({ version, answers }: Facts): Answer[] {
  return answers.filter(({ probe }) => probe.asks === 1 - version);
}

/** A SYN/ACK without an option, to a probe that may be ignored. */
export function mute(answer: Answer): boolean {
  return answer.packet === 'synack' && answer.probe.mayIgnore && !carries(answer);
}

/** SYN/ACKs that owe an option. */
export function synacks(facts: Facts): Answer[] {
  return own(facts).filter((answer) => answer.packet === 'synack' && !mute(answer));
}

/** An MP_CAPABLE came for this version. */
export function offered(facts: Facts): boolean {
  return synacks(facts).some(({ shown }) => shown?.version != null);
}

/** MP_CAPABLE of the version asked, at the length that is expected, with its key. */
export function whole(answer: Answer): boolean {
  const { shown, probe } = answer;
  return sound(answer) && shown?.length === probe.expects && shown?.key != null && shown.version === probe.asks;
}

/** Whole, and its key is related to nothing. */
export function genuine(facts: Facts): Answer[] {
  return synacks(facts).filter((answer) => whole(answer) && isUnrelated(answer));
}

function isUnrelated({ keyRelations, shown }: Answer): boolean {
  return keyRelations.length === 0 && !shown?.faults.some((fault) => fault.startsWith('key_'));
}

/** The most different keys that any one SYN was answered with; where the records do not say which SYN, no two answer one. */
export function keysOfSyn(facts: Facts): number {
  const keys = new Map<string, Set<string>>();
  for (const { probe, syn, numbered, shown } of synacks(facts)) {
    if (shown?.key == null || !numbered) continue;
    const name = `${probe.word} ${syn}`;
    keys.set(name, (keys.get(name) ?? new Set()).add(shown.key));
  }
  return Math.max(0, ...[...keys.values()].map((set) => set.size));
}
