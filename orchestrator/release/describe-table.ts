import { z } from 'zod';
import { columnsOf } from '../core/database/columns.ts';
import { sqlText } from '../core/database/sql.ts';

/** A table of a release, as its descriptions need it. */
export interface Described {
  name: string;
  title: string;
  /** What one row is. */
  one: string;
  schema: z.ZodType;
}

const Property = z.looseObject({ description: z.string().optional(), volatile: z.boolean().optional() });
const Properties = z.looseObject({ properties: z.record(z.string(), Property).default({}) });

/** Name, DuckDB type and description of each column. */
export function fieldsOf(schema: z.ZodType): { name: string; type: string; description: string }[] {
  const { properties } = Properties.parse(z.toJSONSchema(schema));
  return columnsOf(schema).map(([name, type]) => ({ name, type, description: properties[name]?.description ?? '' }));
}

/** The JSON Schema (2020-12) of one row: the closed lists and the nested fields are in it. */
export function jsonSchemaText({ name, title, one, schema }: Described): string {
  const { $schema, ...rest } = z.toJSONSchema(schema);
  return `${JSON.stringify({ $schema, $id: `${name}.schema.json`, title, description: `one row is one ${one}`, ...rest }, null, 2)}\n`;
}

/** Statements that make a database of the Parquet files, to be run in the folder of the release. */
export function ddlText(tables: readonly Described[]): string {
  const statements = tables.flatMap(({ name, title, schema }) => [
    `CREATE TABLE ${name} (\n${fieldsOf(schema)
      .map((field) => `  "${field.name}" ${field.type}`)
      .join(',\n')}\n);`,
    `COMMENT ON TABLE ${name} IS ${sqlText(title)};`,
    ...fieldsOf(schema).map((field) => `COMMENT ON COLUMN ${name}."${field.name}" IS ${sqlText(field.description)};`),
    `INSERT INTO ${name} BY NAME SELECT * FROM read_parquet('data/${name}.parquet');`,
    '',
  ]);
  return `-- In the folder of this release: duckdb census.duckdb < schema/duckdb.sql\n${statements.join('\n')}`;
}

/** Types of Table Schema (Frictionless Data) by those of DuckDB. Lists and structures are JSON in the CSV. */
function tableSchemaType(type: string): string {
  if (type.endsWith('[]')) return 'array';
  if (type.startsWith('STRUCT')) return 'object';
  return { BIGINT: 'integer', INTEGER: 'integer', DOUBLE: 'number', BOOLEAN: 'boolean' }[type] ?? 'string';
}

/** Table Schema of the CSV. */
export function tableSchema(schema: z.ZodType) {
  const fields = fieldsOf(schema).map(({ name, type, description }) => ({
    name,
    type: tableSchemaType(type),
    description,
  }));
  return { fields, missingValues: [''] };
}
