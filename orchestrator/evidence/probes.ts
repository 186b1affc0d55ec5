/**
 * The one table of probes: what a SYN of each kind asks, and what its answers may say. A new probe is one row here and its C part
 * (zmap-module/plan.c, probe.c); docs/methods.md shows the table, a test compares all three.
 */
export interface Probe {
  /** The module's word, in `--probe-args` and in the field `probe`. */
  word: string;
  /** What the SYN carries, in words. */
  sends: string;
  /** The MPTCP version that its MP_CAPABLE asks for; null when it carries none. */
  asks: 0 | 1 | null;
  /** Length in bytes of the MPTCP option that an MPTCP server puts into its SYN/ACK; null: it puts none. */
  expects: number | null;
  /** A server that ignores the option has said nothing: RFC 8684 allows it for a version that nobody speaks. */
  mayIgnore: boolean;
  /** Rules of rungs.ts that its answers can meet. */
  raises: readonly string[];
  /** The versions on which it is a second opinion of a census (stages/confirm.ts), asked in the order of this table. */
  opinionOn: readonly (0 | 1)[];
}

export const probes = [
  {
    word: 'v1',
    sends: 'MP_CAPABLE of v1: 4 bytes, no key',
    asks: 1,
    expects: 12,
    mayIgnore: false,
    raises: ['key_changes'],
    opinionOn: [],
  },
  {
    word: 'v0',
    sends: 'MP_CAPABLE of v0: 12 bytes with a key',
    asks: 0,
    expects: 12,
    mayIgnore: false,
    raises: ['v0_key_changes'],
    opinionOn: [],
  },
  {
    word: 'port2',
    sends: 'v1 again, from another source port',
    asks: 1,
    expects: 12,
    mayIgnore: false,
    raises: ['key_changes'],
    opinionOn: [1],
  },
  {
    word: 'port2v0',
    sends: 'v0 again, from another source port, with another key',
    asks: 0,
    expects: 12,
    mayIgnore: false,
    raises: ['v0_key_changes'],
    opinionOn: [0],
  },
  {
    word: 'grease',
    sends: 'MP_CAPABLE of version 15, which does not exist',
    asks: 1,
    expects: 12,
    mayIgnore: true,
    raises: ['key_changes', 'grease_answered_v1'],
    opinionOn: [1],
  },
  {
    word: 'canary',
    sends: 'v1 beside an option of an unassigned kind',
    asks: 1,
    expects: 12,
    mayIgnore: false,
    raises: ['key_changes', 'canary_dropped'],
    opinionOn: [1],
  },
  {
    word: 'join',
    sends: 'MP_JOIN with a random token',
    asks: null,
    expects: null,
    mayIgnore: true,
    raises: ['random_join_refused'],
    opinionOn: [1],
  },
  {
    word: 'plain',
    sends: 'no MPTCP option',
    asks: null,
    expects: null,
    mayIgnore: true,
    raises: [],
    opinionOn: [1, 0],
  },
  {
    word: 'connection',
    sends: 'the SYN of a real connection: MP_CAPABLE of v1',
    asks: 1,
    expects: 12,
    mayIgnore: false,
    raises: ['connection_fell_back', 'connection_mptcp', 'add_addr_hmac_valid', 'join_hmac_valid'],
    opinionOn: [],
  },
] as const satisfies readonly Probe[];

const grease = probeNamed('grease', null);

/** Asks for a version that nobody speaks. */
export function isGrease({ asks, mayIgnore }: Probe): boolean {
  return asks !== null && mayIgnore;
}

/** The probe that a census sends to ask for a version. */
export function probeFor(version: 0 | 1): string {
  return `v${version}`;
}

/** The second opinions on these versions, in the order in which they are asked. */
export function opinionsOn(versions: readonly (0 | 1)[]): string[] {
  const table: readonly Probe[] = probes;
  return table
    .filter(({ opinionOn }) => opinionOn.some((version) => versions.includes(version)))
    .map(({ word }) => word);
}

/** Whether a SYN of this kind carries this version, where that is told. */
function sendsVersion(probe: Probe, sentVersion: number | null): boolean {
  return sentVersion === null || (probe.word === 'grease' ? sentVersion > 1 : sentVersion === probe.asks);
}

/**
 * The row of a probe. A word that is not in the table, of a newer module or a program of the user's, asks what its SYN asked; and so does
 * one that means something else to that program.
 * @param sentVersion MPTCP version of its MP_CAPABLE; null when it carried none
 */
export function probeNamed(word: string, sentVersion: number | null): Probe {
  const known = probes.find((probe) => probe.word === word);
  if (known !== undefined && sendsVersion(known, sentVersion)) return known;
  const other = known === undefined ? word : `other ${word}`;
  if (sentVersion !== null && sentVersion > 1) return { ...grease, word: other };
  const asks = sentVersion === 0 || sentVersion === 1 ? sentVersion : null;
  return {
    word: other,
    sends: 'unknown',
    asks,
    expects: asks === null ? null : 12,
    mayIgnore: asks === null,
    raises: [],
    opinionOn: [],
  };
}
