import { z } from 'zod';

const Node = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  minimum: z.number().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
});

/** Texts that a format may trip over. */
const texts = [
  '',
  ' ',
  'null',
  'NULL',
  '"',
  'a "quoted" word',
  "it's",
  'two\nlines',
  'a\r\nb',
  'tab\there',
  'bar|bar',
  'a,b',
  '[a, b]',
  "{'a': 1}",
  '\\',
  'c:\\n',
  '\u0000',
  'a\u0000b',
  '\u0001\u001f\u007f',
  'Größe',
  '日本',
  '\u{1f600}',
  '\ufeffbom',
  '2026-01-01T00:00:00.000000Z',
  '1e5',
  'x'.repeat(5000),
];
const wholes = [0, 1, -1, 255, 2 ** 31, -(2 ** 31), 2 ** 32 + 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
const numbers = [...wholes, -0, 0.1, -1.5, 1 / 3, 1e21, 1e-7, 5e-324, Number.MAX_VALUE, 123456789.123];

/** Numbers from 0 on, the same for the same seed. */
export function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

type Dice = ReturnType<typeof dice>;

function pick<T>(roll: Dice, from: readonly T[]): T | undefined {
  return from[roll(from.length)];
}

function randomValue(roll: Dice, json: unknown): unknown {
  const node = Node.parse(json);
  if (node.anyOf !== undefined) return randomValue(roll, pick(roll, node.anyOf));
  if (node.enum !== undefined) return pick(roll, node.enum);
  if (node.const !== undefined) return node.const;
  const type = Array.isArray(node.type) ? pick(roll, node.type) : node.type;
  if (type === 'null') return null;
  if (type === 'string') return pick(roll, texts);
  if (type === 'boolean') return roll(2) === 1;
  const { minimum = Number.NEGATIVE_INFINITY } = node;
  if (type === 'integer')
    return pick(
      roll,
      wholes.filter((whole) => whole >= minimum),
    );
  if (type === 'number') return pick(roll, numbers);
  if (type === 'array') return Array.from({ length: roll(4) }, () => randomValue(roll, node.items));
  const fields = Object.entries(node.properties ?? {});
  return Object.fromEntries(fields.map(([name, field]) => [name, randomValue(roll, field)]));
}

/** A record with the fields and types of a schema, of values that a format may trip over: more than the schema takes. */
export function randomRecord(roll: Dice, schema: z.ZodType): object {
  return Object.fromEntries(Object.entries(randomValue(roll, z.toJSONSchema(schema)) ?? {}));
}
