import { createReadStream, createWriteStream } from 'node:fs';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip, gunzipSync, gzipSync } from 'node:zlib';
import {
  answerLines,
  type ChangeLine,
  changeLines,
  dropLine,
  hostElements,
  jsonText,
  prefixLines,
  questionLine,
  type Rule,
  scrubLine,
  standInLine,
} from './lines.ts';
import { holdsBytes, type Party } from './party.ts';
import { captureWithout } from './pcapng.ts';

const packed = '.gz';
const gzipLevel = 2;
const chunkBytes = 1 << 18;
const addressBytes = 16;

/** What becomes of a raw file, by its name. Any other loses the lines that speak of the party. */
const rules: readonly (readonly [name: RegExp, rule: Rule])[] = [
  [/^answers(\.\d+)?\.txt$/, { whole: answerLines }],
  [/^questions\.ndjson$/, { line: questionLine }],
  // Lists that zmap was given: how many addresses they name is compared with what it says it did.
  [
    /^(\d+-)?(allowlist|blocklist|no-blocklist|numbers|hitlist|hitlist-kept|opt-out6|.*\.kept-back)\.txt$/,
    { line: scrubLine },
  ],
  // Whom a later pass of zmap asked: nothing is compared with it.
  [/\.targets\.txt$/, { whole: prefixLines }],
  [/^commands\.json$/, { whole: jsonText(1) }],
  [/\.json$/, { whole: jsonText(0) }],
  [/\.xml$/, { whole: hostElements }],
];

function ruleOf(name: string, beside: ReadonlySet<string>): Rule {
  const rule = rules.find(([pattern]) => pattern.test(name));
  if (rule !== undefined) return rule[1];
  const counted = name.endsWith('.ndjson') && beside.has(name.replace(/\.ndjson$/, '.metadata.json'));
  return { line: counted ? standInLine : dropLine };
}

/** A list of IPv6 addresses as the module maps it: a stand-in of zeros keeps its length. */
function hitlistWithout(bytes: Buffer, party: Party): { bytes: Buffer; removed: number } {
  const kept = Buffer.from(bytes);
  let removed = 0;
  for (let at = 0; at + addressBytes <= kept.length; at += addressBytes) {
    if (!holdsBytes(party, kept.subarray(at, at + addressBytes))) continue;
    kept.fill(0, at, at + addressBytes);
    removed += 1;
  }
  return { bytes: removed === 0 ? bytes : kept, removed };
}

/** Nobody may read what is left who could not read what was there. */
async function modeOf(path: string): Promise<number> {
  return await stat(path).then(
    ({ mode }) => mode,
    () => 0o644,
  );
}

/** Bytes in place of a file's: on disk under another name before the old ones go. */
export async function replaceFile(path: string, bytes: Buffer | string): Promise<void> {
  const beside = `${path}.purge`;
  const file = await open(beside, 'w', await modeOf(path));
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}

export interface Removed {
  files: number;
  lines: number;
  packets: number;
}

const nothing: Removed = { files: 0, lines: 0, packets: 0 };

/** A file that must be read as a whole: a capture, a list of bytes, or text with a structure beyond lines. */
async function purgeWhole(path: string, change: (bytes: Buffer) => { bytes: Buffer; removed: number }) {
  const gzip = path.endsWith(packed);
  const stored = await readFile(path);
  const given = gzip ? gunzipSync(stored) : stored;
  const { bytes, removed } = change(given);
  if (bytes !== given) await replaceFile(path, gzip ? gzipSync(bytes, { level: gzipLevel }) : bytes);
  return removed;
}

/** Lines, all of a chunk at once, without their ends. Latin-1 gives every byte back as it was. */
async function* latinLines(path: string): AsyncGenerator<{ lines: string[]; last: boolean }> {
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  const plain = path.endsWith(packed) ? file.pipe(createGunzip({ chunkSize: chunkBytes })) : file;
  file.on('error', (error) => plain.destroy(error));
  let rest = '';
  for await (const chunk of plain) {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    yield { lines, last: false };
  }
  yield { lines: [rest], last: true };
}

async function mentionsIn(path: string, party: Party): Promise<boolean> {
  for await (const { lines } of latinLines(path)) if (party.mentions(lines.join('\n'))) return true;
  return false;
}

/** Rewrites a file line by line; gives how many lines mentioned the party. A file without any is not touched. */
export async function rewriteLines(path: string, change: ChangeLine, party: Party): Promise<number> {
  if (!(await mentionsIn(path, party))) return 0;
  let removed = 0;
  async function* changed(): AsyncGenerator<Buffer> {
    for await (const { lines, last } of latinLines(path)) {
      const left = changeLines(lines, change, party);
      removed += left.removed;
      const text = left.lines.map((line) => (last ? line : `${line}\n`)).join('');
      if (text !== '') yield Buffer.from(text, 'latin1');
    }
  }
  const beside = `${path}.purge`;
  const to = createWriteStream(beside, { mode: (await stat(path)).mode, flush: true });
  if (path.endsWith(packed)) await pipeline(Readable.from(changed()), createGzip({ level: gzipLevel }), to);
  else await pipeline(Readable.from(changed()), to);
  await rename(beside, path);
  return removed;
}

/**
 * Takes a party out of one file, compressed or not.
 * @param beside names of the files of its folder, as their programs gave them
 */
export async function purgeFile(path: string, beside: ReadonlySet<string>, party: Party): Promise<Removed> {
  const name = basename(path.endsWith(packed) ? path.slice(0, -packed.length) : path);
  if (name.endsWith('.pcapng')) {
    const packets = await purgeWhole(path, (bytes) => {
      const capture = captureWithout(bytes, party);
      return { bytes: capture.bytes, removed: capture.packets };
    });
    return packets === 0 ? nothing : { files: 1, lines: 0, packets };
  }
  const rule = ruleOf(name, beside);
  let lines: number;
  if (name.endsWith('.bin')) lines = await purgeWhole(path, (bytes) => hitlistWithout(bytes, party));
  else if ('line' in rule) lines = await rewriteLines(path, rule.line, party);
  else {
    lines = await purgeWhole(path, (bytes) => {
      const { text, removed } = rule.whole(bytes.toString('latin1'), party);
      return { bytes: removed === 0 ? bytes : Buffer.from(text, 'latin1'), removed };
    });
  }
  return lines === 0 ? nothing : { files: 1, lines, packets: 0 };
}
