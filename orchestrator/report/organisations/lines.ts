import { z } from 'zod';
import { jsonOf } from '../../core/process/lines.ts';

/** An organisation as a file names it. */
export interface Organisation {
  id: string;
  name: string;
  /** Two letters; null where the file has none. */
  country: string | null;
}

/** What one line of a file says. */
export type Said =
  | { kind: 'organisation'; organisation: Organisation }
  /** The organisation of an AS, by its id. */
  | { kind: 'as'; asn: number; id: string }
  | { kind: 'nothing' }
  | { kind: 'rejected'; reason: string };

const asnOf = z
  .union([z.int(), z.string().regex(/^(AS)?\d{1,10}$/i)])
  .transform((value) => Number(String(value).replace(/^AS/i, '')))
  .refine((asn) => asn <= 0xffffffff);
const name = z.string().trim().min(1);
/** Empty for a few: their id then stands for it. */
const nameOrNone = z.string().trim().nullish();
const countryOf = z
  .string()
  .nullish()
  .transform((code) => (code != null && /^[A-Za-z]{2}$/.test(code.trim()) ? code.trim().toUpperCase() : null));

/** The two kinds of lines of CAIDA's AS to organisation files, as JSON. */
const JsonLine = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('Organization'), organizationId: name, name: nameOrNone, country: countryOf }),
  z.looseObject({ type: z.literal('ASN'), asn: asnOf, organizationId: name }),
]);

/** The same as text: fields between bars, named by the comment above them. */
const TextOrganisation = z.looseObject({ org_id: name, org_name: nameOrNone, country: countryOf });
const TextAs = z.looseObject({ aut: asnOf, org_id: name });

/** asn,organisation[,country] */
const CsvLine = z.union([
  z.tuple([asnOf, name]).transform(([asn, organisation]) => ({ asn, organisation, country: null })),
  z.tuple([asnOf, name, countryOf]).transform(([asn, organisation, country]) => ({ asn, organisation, country })),
]);

const heading = /^"?asn?"?\s*,/i;
const rejected = { kind: 'rejected', reason: 'schema' } as const;

function organisation(id: string, named: string | null | undefined, country: string | null): Said {
  return { kind: 'organisation', organisation: { id, name: named || id, country } };
}

function jsonLine(line: string): Said {
  const parsed = JsonLine.safeParse(jsonOf(line));
  if (!parsed.success) return rejected;
  const { data } = parsed;
  if (data.type === 'ASN') return { kind: 'as', asn: data.asn, id: data.organizationId };
  return organisation(data.organizationId, data.name, data.country);
}

function textLine(line: string, fields: readonly string[]): Said {
  const cells = line.split('|');
  if (cells.length !== fields.length) return { kind: 'rejected', reason: `${cells.length} fields` };
  const row = Object.fromEntries(fields.map((field, i) => [field, cells[i]]));
  if (fields.includes('aut')) {
    const as = TextAs.safeParse(row);
    return as.success ? { kind: 'as', asn: as.data.aut, id: as.data.org_id } : rejected;
  }
  const parsed = TextOrganisation.safeParse(row);
  if (!parsed.success) return rejected;
  return organisation(parsed.data.org_id, parsed.data.org_name, parsed.data.country);
}

/**
 * Cells of a line of CSV; a cell in quotes may hold commas. null for quotes that do not close, or stand around a part of a cell: each cell
 * begins where the one before ended.
 */
function cellsOf(line: string): string[] | null {
  const cells: string[] = [];
  for (const [, quoted, bare = '', end] of line.matchAll(/\s*(?:"((?:[^"]|"")*)"\s*|([^",]*))(,|$)/gy)) {
    cells.push(quoted?.replaceAll('""', '"') ?? bare.trim());
    if (end === '') return cells;
  }
  return null;
}

/** Reads the lines of a file one after the other, each by what it is: JSON, text between bars below its heading, or CSV. */
export class LineReader {
  #fields: readonly string[] | null = null;
  #first = true;

  /** A line of CSV says both things: which AS, and of whom. */
  read(line: string): Said[] {
    const first = this.#first;
    this.#first = false;
    if (line.trim() === '') return [{ kind: 'nothing' }];
    if (line.startsWith('#')) {
      const format = /^#\s*format:\s*(\S+)/.exec(line)?.[1];
      if (format !== undefined) this.#fields = format.split('|');
      return [{ kind: 'nothing' }];
    }
    if (line.startsWith('{')) return [jsonLine(line)];
    if (this.#fields !== null) return [textLine(line, this.#fields)];
    if (first && heading.test(line)) return [{ kind: 'nothing' }];
    const parsed = CsvLine.safeParse(cellsOf(line));
    if (!parsed.success) return [rejected];
    const { asn, organisation: named, country } = parsed.data;
    const id = country === null ? named : `${named}, ${country}`;
    return [organisation(id, named, country), { kind: 'as', asn, id }];
  }
}
