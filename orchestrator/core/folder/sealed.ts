import { sha256Of } from './files.ts';

/** The last key of a file of core's own: its digest, taken with null in this place. */
const key = 'self_sha256';
const last = /"([0-9a-f]{64})"(\n?\}\n)$/;

/** none: written by a version that sealed nothing. */
export type Seal = 'whole' | 'broken' | 'none';

/** Bound to its place: a file that was swapped with another one is as wrong as one that was changed. */
function digestOf(name: string, open: string): string {
  return sha256Of(`${name}\n${open}`);
}

/**
 * JSON that says itself whether it is what was written.
 * @param name its path, relative to the run folder
 */
export function sealText(name: string, value: object, indent: number): string {
  const open = `${JSON.stringify({ ...value, [key]: null }, null, indent)}\n`;
  const at = open.lastIndexOf('null');
  return `${open.slice(0, at)}"${digestOf(name, open)}"${open.slice(at + 'null'.length)}`;
}

/**
 * The value without its seal, and whether that is whole.
 * @throws SyntaxError when it is no JSON
 */
export function openSeal(name: string, text: string): { value: unknown; seal: Seal } {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null || !(key in parsed)) return { value: parsed, seal: 'none' };
  const { [key]: _, ...value } = parsed;
  const match = last.exec(text);
  const open = match === null ? '' : `${text.slice(0, match.index)}null${match[2]}`;
  return { value, seal: match !== null && digestOf(name, open) === match[1] ? 'whole' : 'broken' };
}
