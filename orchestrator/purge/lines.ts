import { z } from 'zod';
import { formatPrefix, parsePrefix } from '../address/ip.ts';
import { purgedLine } from '../core/folder/raw-files.ts';
import { jsonOf } from '../core/process/lines.ts';
import { nobodyName, type Party } from './party.ts';

/** A line without the party, which it mentions; null: it goes. */
export type ChangeLine = (line: string, party: Party) => string | null;

/** What becomes of a file's whole text. Each way gives the same again when it is gone over twice. */
export type Rewrite = (text: string, party: Party) => { text: string; removed: number };

/** How a file is rewritten: line by line, however long it is, or as a whole. */
export type Rule = { line: ChangeLine } | { whole: Rewrite };

/** Lines that mention the party as they are to be; the others as they are. */
export function changeLines(lines: string[], change: ChangeLine, party: Party): { lines: string[]; removed: number } {
  if (!party.mentions(lines.join('\n'))) return { lines, removed: 0 };
  let removed = 0;
  const kept = lines.flatMap((line) => {
    if (!party.mentions(line)) return [line];
    removed += 1;
    return change(line, party) ?? [];
  });
  return { lines: kept, removed };
}

/** The line goes. */
export const dropLine: ChangeLine = () => null;

/** Somebody nobody is stands in its place: for lists whose lines are counted, or weighed. */
export const scrubLine: ChangeLine = (line, party) => party.scrub(line);

/** The line is kept as one that was: for files whose lines are compared with a program's own count. */
export const standInLine: ChangeLine = () => purgedLine;

/** Prefixes without the party: a list of addresses that was drawn together may have it in a line that does not name it. */
export const prefixLines: Rewrite = (text, { addresses }) => {
  let removed = 0;
  const lines = text.split('\n').flatMap((line) => {
    const prefix = parsePrefix(line);
    if (addresses === null || prefix === null) return [line];
    const { inside, outside } = addresses.split(prefix);
    if (inside.length === 0) return [line];
    removed += 1;
    return outside.map(formatPrefix);
  });
  return { text: removed === 0 ? text : lines.join('\n'), removed };
};

const answerHead = /^(\d+) (\d+) (.*)$/;

/** Answers of adnshost: a line that says how many records follow, then these. Records go, and are no longer counted. */
export const answerLines: Rewrite = (text, party) => {
  const kept: string[] = [];
  let removed = 0;
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const [, id = '', count = '0', rest = ''] = answerHead.exec(line) ?? [];
    const records = lines.slice(at + 1, at + 1 + Number(count));
    // A name is masked, so that the order of answers and times stays; an address is one record less.
    const left =
      party.addresses === null
        ? records.map((record) => party.scrub(record))
        : records.filter((record) => !party.mentions(record));
    const head = party.scrub(rest);
    if (head !== rest || left.length < records.length || left.some((record, index) => record !== records[index]))
      removed += 1;
    kept.push(id === '' ? party.scrub(line) : `${id} ${left.length} ${head}`, ...left);
    at += records.length;
  }
  return { text: removed === 0 ? text : kept.join('\n'), removed };
};

/** Questions: one about the party is of no unit any more. */
export const questionLine: ChangeLine = (line, party) => {
  const { process, id, type, name, ...rest } = z
    .looseObject({ process: z.int().optional(), id: z.int(), type: z.string(), name: z.string() })
    .parse(JSON.parse(line));
  const of = process === undefined ? {} : { process };
  if (party.mentions(name)) return JSON.stringify({ ...of, id, name: nobodyName, type, control: true });
  return party.scrub(JSON.stringify({ ...of, id, name, type, ...rest }));
};

/** Hosts of an XML file, and what else speaks of the party. */
export const hostElements: Rewrite = (text, party) => {
  let removed = 0;
  const without = text.replace(/<host[\s>][\s\S]*?<\/host>\n?/g, (element) => {
    if (!party.mentions(element)) return element;
    removed += 1;
    return '';
  });
  const scrubbed = party.scrub(without);
  return { text: scrubbed, removed: removed + (scrubbed === without ? 0 : 1) };
};

/** Any JSON value without a party: what an array says of it is left out, and so is a field named after it; elsewhere nobody stands. */
export function valueWithout(value: unknown, party: Party): unknown {
  if (typeof value === 'string') return party.scrub(value);
  if (Array.isArray(value)) {
    const kept = value.filter((item) => typeof item !== 'string' || !party.mentions(item));
    return (kept.length === 0 && value.length > 0 ? value.slice(0, 1) : kept).map((item) => valueWithout(item, party));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !party.mentions(key));
  return Object.fromEntries(entries.map(([key, item]) => [key, valueWithout(item, party)]));
}

/** A file of one JSON value; arrays of objects lose those that speak of the party. */
export function jsonText(indent: number): Rewrite {
  return (text, party) => {
    if (!party.mentions(text)) return { text, removed: 0 };
    const value = jsonOf(text);
    // Half a file, or none of JSON: nobody takes it apart any more.
    if (value === null) return { text: party.scrub(text), removed: 1 };
    const kept = Array.isArray(value) ? value.filter((item) => !party.mentions(JSON.stringify(item))) : value;
    const without = `${JSON.stringify(valueWithout(kept, party), null, indent)}\n`;
    const plain = `${JSON.stringify(value, null, indent)}\n`;
    return without === plain ? { text, removed: 0 } : { text: without, removed: 1 };
  };
}
