import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Ip2AsnError, refresh } from 'ip2asn-lite';
import { z } from 'zod';
import { nowIso } from '../core/folder/entries.ts';
import { exists, sha256File, sha256Of, writeWhole } from '../core/folder/files.ts';
import { unreadable } from '../core/inputs/list-file.ts';
import { jsonOf } from '../core/process/lines.ts';
import { throwIfStopped } from '../core/stop.ts';
import { CensusError } from '../errors.ts';
import { type Located, shownName } from './read.ts';
import type { ListSource } from './sources.ts';

/** Beside a downloaded list: which content of the URL it is. */
const Note = z.looseObject({
  url: z.string(),
  etag: z.string().nullable(),
  last_modified: z.string().nullable(),
  sha256: z.string(),
});

const megabyte = 1e6;

interface Downloading {
  /** Folder that keeps lists from run to run. */
  cache: string;
  signal: AbortSignal;
  progress: (text: string) => void;
}

/** Marks of the copy that an earlier run left; null without one, or when it is not what was downloaded any more. */
async function knownMarks(path: string, url: string) {
  if (!(await exists(path)) || !(await exists(`${path}.json`))) return null;
  const note = Note.safeParse(jsonOf(await readFile(`${path}.json`, 'utf8'))).data;
  if (note === undefined || note.url !== shownName(url) || note.sha256 !== (await sha256File(path))) return null;
  return { etag: note.etag, lastModified: note.last_modified };
}

/** "list.csv.zip: 3 of 10 MB", once per megabyte. */
function teller(name: string, tell: (text: string) => void): (bytes: number, total: number | null) => void {
  let last = -1;
  return (bytes, total) => {
    const now = Math.floor(bytes / megabyte);
    if (now === last) return;
    last = now;
    tell(`${name}: ${now}${total === null ? '' : ` of ${Math.ceil(total / megabyte)}`} MB`);
  };
}

function unreached(url: string, cause: unknown): unknown {
  if (cause instanceof Ip2AsnError || (cause instanceof Error && 'syscall' in cause)) {
    const hint = 'run the same command again to resume the download; or get the file yourself and name it';
    return new CensusError('E_INPUT', `targets: ${shownName(url)}: ${cause.message}`, hint, cause);
  }
  return unreadable(shownName(url), cause);
}

/**
 * Gets a list from its URL, unless the copy of an earlier run is current: the server is asked each time. A download that broke off is
 * continued.
 * @throws CensusError E_INPUT when the server cannot be reached or has no list
 */
export async function downloadedList({ list: url, as }: ListSource, of: Downloading): Promise<Located> {
  if (!URL.canParse(url)) throw new CensusError('E_INPUT', `targets: ${url} is no URL`, 'correct targets.list');
  const name = basename(new URL(url).pathname).replace(/[^\w.-]/g, '_') || 'list';
  const path = join(of.cache, `${sha256Of(url).slice(0, 12)}-${name}`);
  const at = nowIso();
  try {
    const options = { signal: of.signal, retries: 2, onProgress: teller(as, of.progress) };
    const { etag, lastModified, changed } = await refresh(url, path, await knownMarks(path, url), options);
    const marks = { etag, last_modified: lastModified };
    if (changed) {
      const note = { url: shownName(url), ...marks, sha256: await sha256File(path), downloaded_at: at };
      await writeWhole(`${path}.json`, `${JSON.stringify(note, null, 1)}\n`);
    }
    return { path, fetched: { at, cached: !changed, ...marks } };
  } catch (cause) {
    throwIfStopped(of.signal, 'targets');
    throw unreached(url, cause);
  }
}
