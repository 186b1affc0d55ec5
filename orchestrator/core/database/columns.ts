import { z } from 'zod';

const Node = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
});

const scalars: Record<string, string> = { string: 'VARCHAR', integer: 'BIGINT', number: 'DOUBLE', boolean: 'BOOLEAN' };

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function duckType(json: unknown): string {
  const node = Node.parse(json);
  const member = node.anyOf?.find((option) => Node.parse(option).type !== 'null');
  if (member !== undefined) return duckType(member);
  const type = Array.isArray(node.type) ? node.type.find((name) => name !== 'null') : node.type;
  if (type === 'array') return `${duckType(node.items)}[]`;
  if (type === 'object') {
    const fields = Object.entries(node.properties ?? {}).map(([name, value]) => `${quote(name)} ${duckType(value)}`);
    return `STRUCT(${fields.join(', ')})`;
  }
  // a closed list of whole numbers is whole: a family is 4, not 4.0
  const listed = node.enum ?? (node.const === undefined ? [] : [node.const]);
  if (type === 'number' && listed.length > 0 && listed.every(Number.isInteger)) return 'BIGINT';
  return scalars[type ?? ''] ?? 'VARCHAR';
}

/** Column names and DuckDB types of a record schema, so that an empty file still has its columns. */
export function columnsOf(schema: z.ZodType): [name: string, type: string][] {
  const root = Node.parse(z.toJSONSchema(schema));
  return Object.entries(root.properties ?? {}).map(([name, value]) => [name, duckType(value)]);
}

/** Top-level fields that a schema marks volatile: they differ between two measurements of the same thing. */
export function volatileFields(schema: z.ZodType): Set<string> {
  const root = Node.parse(z.toJSONSchema(schema));
  const marked = Object.entries(root.properties ?? {}).filter(([, value]) => isVolatile(value));
  return new Set(marked.map(([name]) => name));
}

function isVolatile(json: unknown): boolean {
  return z.looseObject({ volatile: z.literal(true) }).safeParse(json).success;
}
