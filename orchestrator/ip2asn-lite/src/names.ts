import { FileError } from './errors.ts';
import { parseAsn } from './formats/fields.ts';
import { forEachLine } from './formats/lines.ts';
import { type Input, type Reading, withInput } from './input.ts';
import { packingOf } from './packings.ts';

async function readAll(input: Input): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of input.chunks) chunks.push(chunk);
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/^\ufeff/, '');
}

/** `{"number": "name, CC"}`, as pyasn_util_asnames.py writes it; null stands for an AS without a name. */
async function readJson(input: Input): Promise<Map<number, string>> {
  const text = await readAll(input);
  const bad = (offset: number, expected: string, found: string, cause?: unknown): FileError =>
    new FileError('BAD_FORMAT', { file: input.file, offset, expected, found }, { cause });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    const message = String(cause);
    throw bad(Number(/position (\d+)/.exec(message)?.[1] ?? text.length), 'JSON', message, cause);
  }
  if (typeof parsed !== 'object' || parsed === null) throw bad(0, 'a JSON object', typeof parsed);
  const names = new Map<number, string>();
  for (const [key, value] of Object.entries(parsed)) {
    const isNumber = /^\d{1,10}$/.test(key) && Number(key) <= 4294967295;
    if (isNumber && typeof value === 'string') names.set(Number(key), value);
    if (isNumber && (typeof value === 'string' || value === null)) continue;
    const found = `${JSON.stringify(key)} with ${typeof value}`;
    throw bad(text.indexOf(JSON.stringify(key)), 'an AS number as key and a string or null as its name', found);
  }
  return names;
}

/** `AS<number> name, CC` lines; the "AS" may be missing. */
async function readText(input: Input, tolerant: boolean): Promise<Map<number, string>> {
  const packed = packingOf(input.head);
  if (packed !== null) {
    const expected = 'AS names, as JSON or text, plain, gzip or bzip2';
    throw new FileError('BAD_FORMAT', { file: input.file, offset: 0, expected, found: packed });
  }
  const names = new Map<number, string>();
  await forEachLine(input, tolerant, (line) => {
    if (line.text.trim() === '' || line.text.startsWith('#')) return;
    const [, number, name] = /^\s*((?:AS)?\d+(?:\.\d+)?)\s+(.*?)\s*$/i.exec(line.text) ?? [];
    if (number === undefined || name === undefined) throw line.fault('AS number and name');
    names.set(parseAsn(number, line), name);
  });
  return names;
}

/** Reads a file of AS names, JSON or text, plain or compressed. `tolerant` leaves out a cut last line. */
export function readNames(file: string, tolerant: boolean, reading: Reading = {}): Promise<Map<number, string>> {
  const isJson = ({ head }: Input) => /^(?:\xef\xbb\xbf)?\s*[{[]/.test(head.toString('latin1'));
  return withInput(file, tolerant, (input) => (isJson(input) ? readJson(input) : readText(input, tolerant)), reading);
}
