import type { Observation } from '../../connection/observe.ts';
import type { Role } from '../../connection/stream.ts';
import type { Announced } from '../../schemas/traffic.ts';
import type { Naming } from './pseudonym.ts';

/** What was said on one subflow, by the sides of the connection. */
export interface SaidOn {
  by: Role | null;
  observation: Observation;
}

type AddAddr = Extract<Observation, { what: 'ADD_ADDR' }>;

const nameOf = (by: Role | null, { option: { address_id, address, port } }: AddAddr) =>
  `${by} ${address_id} ${address} ${port}`;

/** A valid HMAC outweighs others for the same address, and any outweighs one that cannot be checked. */
const weight = { valid: 3, invalid: 2, absent: 1, unverifiable: 0 } as const;

function announcements(all: SaidOn[]): Map<string, { by: Role | null; seen: AddAddr; count: number }> {
  const found = new Map<string, { by: Role | null; seen: AddAddr; count: number }>();
  for (const { by, observation } of all) {
    if (observation.what !== 'ADD_ADDR' || observation.option.echo) continue;
    const key = nameOf(by, observation);
    const known = found.get(key);
    const better = known === undefined || weight[observation.hmac.hmac] > weight[known.seen.hmac.hmac];
    found.set(key, { by, seen: better ? observation : known.seen, count: (known?.count ?? 0) + 1 });
  }
  return found;
}

/**
 * Keys of the entries that their announcer took back. REMOVE_ADDR names an identifier (RFC 8684, 3.4.2), which may have been of another
 * address before, and may be of one later: it takes back what the identifier was last announced for.
 */
function takenBack(all: SaidOn[]): Set<string> {
  const keys = new Set<string>();
  const told = all.toSorted((a, b) => a.observation.at_us - b.observation.at_us);
  const current = new Map<string, string>();
  for (const { by, observation } of told) {
    if (observation.what === 'ADD_ADDR' && !observation.option.echo)
      current.set(`${by} ${observation.option.address_id}`, nameOf(by, observation));
    if (observation.what !== 'REMOVE_ADDR' || observation.option.subtype !== 'REMOVE_ADDR') continue;
    for (const id of observation.option.address_ids) {
      const key = current.get(`${by} ${id}`);
      if (key !== undefined) keys.add(key);
    }
  }
  return keys;
}

const otherSide = (by: Role | null): Role | null => (by === null ? null : by === 'client' ? 'server' : 'client');

/**
 * One entry for each address that a side announced, with whether the other side echoed it and whether it was taken back.
 * @param heard whether the capture has any packet of a side
 */
export function announcedOf(
  all: SaidOn[],
  { name, heard }: { name: Naming; heard: (side: Role) => boolean },
): Announced[] {
  const echoes = new Set(
    all.flatMap(({ by, observation }) =>
      observation.what === 'ADD_ADDR' && observation.option.echo ? [nameOf(otherSide(by), observation)] : [],
    ),
  );
  const removed = takenBack(all);
  const mayHaveSaid = (side: Role | null) => side === null || heard(side);
  const list = [...announcements(all)].map(([key, { by, seen, count }]): Announced => {
    const { address_id, address, port, version } = seen.option;
    return {
      by,
      address_id,
      address: name(address, by !== 'server'),
      port,
      version,
      ...seen.hmac,
      count,
      echoed: version === 0 ? null : echoes.has(key) || (mayHaveSaid(otherSide(by)) ? false : null),
      removed: removed.has(key),
    };
  });
  const order = (a: Announced, b: Announced) =>
    (a.by ?? '').localeCompare(b.by ?? '') || a.address_id - b.address_id || (a.address < b.address ? -1 : 1);
  return list.sort(order);
}
