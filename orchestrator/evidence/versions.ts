import type { Verdict } from '../schemas/records/hosts.ts';
import { answersOf, factsFor, type HostEvidence } from './facts.ts';
import { judgeFacts, ours } from './verdict.ts';

/** The claims about one address and port for the versions asked; its replies are read once for both. */
export function judgeVersions(
  versions: readonly (0 | 1)[],
  host: HostEvidence,
  set = ours,
): Record<'v1' | 'v0', Verdict | null> {
  const answers = answersOf(host);
  const judge = (version: 0 | 1) =>
    versions.includes(version) ? judgeFacts(factsFor(version, answers, host), set) : null;
  return { v1: judge(1), v0: judge(0) };
}
