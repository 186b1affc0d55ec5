import { z } from 'zod';

const Node = z.looseObject({
  properties: z.record(z.string(), z.unknown()).optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  anyOf: z.array(z.unknown()).optional(),
});

function isNullableBoolean(json: unknown): boolean {
  const { type, anyOf = [] } = Node.parse(json);
  const types = [type, ...anyOf.map((member) => Node.parse(member).type)].flat();
  return types.includes('boolean') && types.includes('null');
}

/**
 * Metadata under the key `pandas` of a Parquet file, as its readers in Python know it: nullable booleans then become columns of true,
 * false and NA. Without it they become objects in which a missing value is as false as false.
 */
export function pandasMetadata(schema: z.ZodType): string {
  const root = Node.parse(z.toJSONSchema(schema));
  const columns = Object.entries(root.properties ?? {}).flatMap(([name, value]) =>
    isNullableBoolean(value)
      ? [{ name, field_name: name, pandas_type: 'bool', numpy_type: 'boolean', metadata: null }]
      : [],
  );
  return JSON.stringify({ index_columns: [], column_indexes: [], columns, pandas_version: '1.0.0' });
}
