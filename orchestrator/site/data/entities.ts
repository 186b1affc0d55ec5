import { type Version, versions } from '../counts.ts';
import type { Node, Numbers, Piece } from '../disclosure/tree.ts';
import type { ToldRun, Trees } from '../told.ts';
import { countryName } from './country-name.ts';

export type Kind = 'country' | 'as' | 'port';
export const kinds: readonly Kind[] = ['country', 'as', 'port'];

export type Both = Record<Version, Numbers | null>;

/** A country, an AS or a port in one run, with what it is cut into: ASes, countries or address families. */
export interface Entity {
  kind: Kind;
  /** FI, AS64500, 443 */
  key: string;
  name: string;
  both: Both;
  parts: { key: string; name: string; both: Both }[];
  /** What is told of no part; null where the parts are all that is told of it. */
  left: Both | null;
}

const neither = (): Both => ({ v1: null, v0: null });

const pieces: readonly Piece[] = ['answered', 'capable', 'confirmed'];

/** What groups tell together; a piece that one of them withholds is a lower bound. */
function added(a: Numbers | null, b: Numbers): Numbers {
  if (a === null) return { ...b };
  const sum = (piece: Piece) => (a[piece] === null && b[piece] === null ? null : (a[piece] ?? 0) + (b[piece] ?? 0));
  const partly = pieces.filter(
    (piece) => a.partly?.includes(piece) === true || (a[piece] === null) !== (b[piece] === null),
  );
  return { answered: sum('answered'), capable: sum('capable'), confirmed: sum('confirmed'), partly };
}

function asKey(asn: string): string {
  return `AS${asn}`;
}

function asName(key: string, name: string | null): string {
  if (key === '0') return 'No origin AS found';
  return name === null || name.trim() === '' ? asKey(key) : name;
}

function named<Found extends { key: string }>(known: Map<string, Found>, made: Found): Found {
  const found = known.get(made.key) ?? made;
  known.set(made.key, found);
  return found;
}

/** Groups of the outer level: countries, ports. */
function outer(
  kind: Kind,
  trees: Trees,
  nameOf: (key: string) => string,
  part: (node: Node) => [string, string],
): Entity[] {
  const entities = new Map<string, Entity>();
  for (const version of versions) {
    for (const node of trees[version]?.parts ?? []) {
      const fresh: Entity = {
        kind,
        key: node.key,
        name: nameOf(node.key),
        both: neither(),
        parts: [],
        left: neither(),
      };
      const entity = named(entities, fresh);
      entity.both[version] = node.numbers;
      if (entity.left !== null) entity.left[version] = node.left;
      const parts = new Map(entity.parts.map((known) => [known.key, known]));
      for (const inner of node.parts) {
        const [key, name] = part(inner);
        named(parts, { key, name, both: neither() }).both[version] = inner.numbers;
      }
      entity.parts = [...parts.values()];
    }
  }
  return [...entities.values()];
}

/** Groups of the inner level, each summed up over the outer ones that tell of it: ASes over countries. */
function inner(
  kind: Kind,
  trees: Trees,
  part: (node: Node) => [string, string],
  nameOf: (key: string) => string,
): Entity[] {
  const entities = new Map<string, Entity>();
  for (const version of versions) {
    for (const group of trees[version]?.parts ?? []) {
      for (const node of group.parts) {
        const [key, name] = part(node);
        const entity = named(entities, { kind, key, name, both: neither(), parts: [], left: null });
        entity.both[version] = added(entity.both[version], node.numbers);
        const own = entity.parts.find((known) => known.key === group.key);
        if (own === undefined)
          entity.parts.push({
            key: group.key,
            name: nameOf(group.key),
            both: { ...neither(), [version]: node.numbers },
          });
        else own.both[version] = node.numbers;
      }
    }
  }
  return [...entities.values()];
}

/** Everything of one kind that one run tells of, the largest first. */
export function entitiesOf(kind: Kind, { places, ports }: ToldRun): Entity[] {
  const system = ({ key, name }: Node): [string, string] => [asKey(key), asName(key, name)];
  const family = ({ key }: Node): [string, string] => [key, `IPv${key}`];
  const found =
    kind === 'country'
      ? outer(kind, places, countryName, system)
      : kind === 'as'
        ? inner(kind, places, system, countryName)
        : outer(kind, ports, (key) => `Port ${key}`, family);
  return found.sort(bySize);
}

function size({ both }: { both: Both }): number {
  return (both.v1?.capable ?? 0) * 1e12 + (both.v1?.answered ?? 0) + (both.v0?.answered ?? 0) / 1e3;
}

/** Most capable first, then most answers. */
export function bySize(a: { key: string; both: Both }, b: { key: string; both: Both }): number {
  return size(b) - size(a) || a.key.localeCompare(b.key, 'en', { numeric: true });
}
