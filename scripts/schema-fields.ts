import { z } from 'zod';
import { Classification, Missing, Rung, Scope, VerdictName } from '../orchestrator/schemas/lists.ts';

/** One schema of the dictionary. */
export interface Entry {
  /** Stage or file, as in the run folder. */
  name: string;
  file: string;
  /** What one record is. */
  one: string;
  schema: z.ZodType;
  /** What null means in a field that neither says so itself nor has a sibling that does. */
  absent?: string;
  /** The same for single fields, by path. */
  nulls?: Record<string, string>;
}

/** One field, dotted; [] stands for the elements of a list, * for the values of an object with free keys. */
export interface Field {
  path: string;
  type: string;
  /** null: the field is never null. */
  nullMeaning: string | null;
  volatile: boolean;
  description: string;
}

const closedLists = Object.entries({ Classification, VerdictName, Rung, Missing, Scope });

const Node = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
  volatile: z.boolean().optional(),
  enum: z.array(z.string()).optional(),
  const: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  additionalProperties: z.unknown().optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
});
type Node = z.infer<typeof Node>;

/** The alternatives of a node, each of one type. */
function members(node: Node): (Node & { type?: string | undefined })[] {
  if (node.anyOf !== undefined) return node.anyOf.flatMap((member) => members(Node.parse(member)));
  const types = Array.isArray(node.type) ? node.type : [node.type];
  return types.map((type) => ({ ...node, type }));
}

function typeOf(node: Node): string {
  const known = members(node).filter(({ type }) => type !== 'null');
  const [only, ...others] = known;
  if (only === undefined) return 'any value';
  if (others.length > 0) return known.map(typeOf).join(' or ');
  if (only.const !== undefined) return JSON.stringify(only.const);
  if (only.enum !== undefined) return wordsOf(only.enum);
  if (only.type === 'array') return `list of ${typeOf(Node.parse(only.items))}`;
  if (only.type !== 'object') return only.type ?? 'any value';
  const { additionalProperties: values } = only;
  if (typeof values !== 'object') return 'object';
  const value = Node.parse(values);
  return `object of ${typeOf(value)}${isNullable(value) ? ' or null' : ''}`;
}

function wordsOf(words: string[]): string {
  const list = closedLists.find(([, { options }]) => options.join() === words.join());
  return list === undefined ? words.map((word) => `\`${word}\``).join(' ') : `[${list[0]}](methods.md#closed-lists)`;
}

/** The objects below a node with the path that leads into them. */
function inner(node: Node, path: string): [path: string, node: Node][] {
  return members(node).flatMap((member): [string, Node][] => {
    if (member.type === 'array') return inner(Node.parse(member.items), `${path}[]`);
    if (member.properties !== undefined) return [[`${path}.`, member]];
    const { additionalProperties: values } = member;
    return typeof values === 'object' ? inner(Node.parse(values), `${path}.*`) : [];
  });
}

function isNullable(node: Node): boolean {
  return members(node).some(({ type }) => type === 'null');
}

const isReason = (name: string) => name.endsWith('_missing');
/** `rtt_missing` speaks of `rtt_us` as `rtt_us_missing` would. */
const stemOf = (name: string) => name.replace(/_missing$/, '').replace(/_(us|ms)$/, '');

function nullMeaning(
  { name: record, nulls, absent }: Entry,
  path: string,
  node: Node,
  siblings: string[],
): string | null {
  const name = path.replace(/.*\./, '');
  if (!isNullable(node)) return null;
  if (name === 'failure') return 'nothing failed';
  const twin = siblings.find(
    (other) => other !== name && stemOf(other) === stemOf(name) && isReason(other) !== isReason(name),
  );
  if (twin !== undefined) return isReason(name) ? `\`${twin}\` has a value` : `\`${twin}\` says why`;
  const meaning = nulls?.[path] ?? (/\bnull\b/.test(node.description ?? '') ? 'see the description' : absent);
  if (meaning === undefined) throw new Error(`${record}.${path}: nothing says what null means there`);
  return meaning;
}

function walk(entry: Entry, object: Node, prefix: string): Field[] {
  const siblings = Object.keys(object.properties ?? {});
  return Object.entries(object.properties ?? {}).flatMap(([name, value]) => {
    const node = Node.parse(value);
    const path = `${prefix}${name}`;
    const field: Field = {
      path,
      type: typeOf(node),
      nullMeaning: nullMeaning(entry, path, node, siblings),
      volatile: node.volatile ?? false,
      description: node.description ?? '',
    };
    return [field, ...inner(node, path).flatMap(([below, nested]) => walk(entry, nested, below))];
  });
}

/** Every field of a schema in its order, nested ones behind their parent. */
export function fieldsOf(entry: Entry): Field[] {
  return walk(entry, Node.parse(z.toJSONSchema(entry.schema)), '');
}
