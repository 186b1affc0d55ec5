import { open, readFile, rename } from 'node:fs/promises';
import { basename } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  answerLines,
  dropLines,
  hostElements,
  jsonText,
  questionLines,
  type Rewrite,
  scrubLines,
  standInLines,
} from './lines.ts';
import { holdsBytes, type Party } from './party.ts';
import { captureWithout, isCapture } from './pcapng.ts';

const packed = '.gz';
const gzipLevel = 2;
const addressBytes = 16;

/** What becomes of a raw file, by its name. Any other loses the lines that speak of the party. */
const rules: readonly (readonly [name: RegExp, rewrite: Rewrite])[] = [
  [/^answers(\.\d+)?\.txt$/, answerLines],
  [/^questions\.ndjson$/, questionLines],
  // Lists that zmap was given: how many addresses they name is compared with what it says it did.
  [/^(allowlist|blocklist|no-blocklist|numbers|hitlist|hitlist-kept|opt-out6)\.txt$/, scrubLines],
  [/^commands\.json$/, jsonText(1)],
  [/\.json$/, jsonText(0)],
  [/\.xml$/, hostElements],
];

function ruleOf(name: string, beside: ReadonlySet<string>): Rewrite {
  const rule = rules.find(([pattern]) => pattern.test(name));
  if (rule !== undefined) return rule[1];
  return beside.has(name.replace(/\.ndjson$/, '.metadata.json')) ? standInLines : dropLines;
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

/** Bytes in place of a file's: on disk under another name before the old ones go. */
export async function replaceFile(path: string, bytes: Buffer | string): Promise<void> {
  const beside = `${path}.purge`;
  const file = await open(beside, 'w', 0o600);
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

/** The bytes of a file without the party; the same bytes where it is not mentioned. */
function withoutParty(bytes: Buffer, name: string, beside: ReadonlySet<string>, party: Party) {
  if (isCapture(bytes)) {
    const capture = captureWithout(bytes, party);
    return { bytes: capture.bytes, lines: 0, packets: capture.packets };
  }
  if (name.endsWith('.bin')) {
    const list = hitlistWithout(bytes, party);
    return { bytes: list.bytes, lines: list.removed, packets: 0 };
  }
  // Latin-1 gives every byte back as it was.
  const text = bytes.toString('latin1');
  if (!party.mentions(text)) return { bytes, lines: 0, packets: 0 };
  const { text: left, removed } = ruleOf(name, beside)(text, party);
  return { bytes: removed === 0 ? bytes : Buffer.from(left, 'latin1'), lines: removed, packets: 0 };
}

/**
 * Takes a party out of one file, compressed or not.
 * @param beside names of the files of its folder, as their programs gave them
 */
export async function purgeFile(path: string, beside: ReadonlySet<string>, party: Party): Promise<Removed> {
  const gzip = path.endsWith(packed);
  const stored = await readFile(path);
  const given = gzip ? gunzipSync(stored) : stored;
  const name = basename(gzip ? path.slice(0, -packed.length) : path);
  const { bytes, lines, packets } = withoutParty(given, name, beside, party);
  if (bytes === given) return { files: 0, lines: 0, packets: 0 };
  await replaceFile(path, gzip ? gzipSync(bytes, { level: gzipLevel }) : bytes);
  return { files: 1, lines, packets };
}

/** Rewrites one text file in a way of its own; gives how many lines were taken out of it. */
export async function rewriteFile(path: string, rewrite: Rewrite, party: Party): Promise<number> {
  const text = await readFile(path, 'latin1');
  const { text: left, removed } = rewrite(text, party);
  if (removed > 0) await replaceFile(path, Buffer.from(left, 'latin1'));
  return removed;
}
