import { relative } from 'node:path';
import { PartEntry, type StageEntry } from '../core/folder/entries.ts';
import { differingKey } from '../core/folder/manifest.ts';
import { packed } from '../core/folder/raw-files.ts';
import { Cut } from '../core/part/cut.ts';
import type { Expected, Finding } from './finding.ts';
import { open, sealedValue, type View } from './view.ts';

interface Part {
  stage: string;
  part: string;
  /** null: it is not done. */
  entry: PartEntry | null;
}

/** Raw files as they were written, compressed, or both: a kill in between leaves both. */
function* rawFiles({ present }: View, { stage, part }: Part, entry: PartEntry): Generator<Expected | Finding> {
  const folder = `raw/${stage}/${part}`;
  const names = Object.entries(entry.raw_sha256).map(([name, sha256]) => ({ path: `${folder}/${name}`, name, sha256 }));
  if (names.length > 0 && !names.some(({ path }) => present.has(path) || present.has(path + packed))) {
    yield { told: 'missing', path: `${folder}/`, kind: 'raw', why: 'is gone: the part can no longer be replayed' };
    return;
  }
  for (const { path, name, sha256 } of names) {
    const packedSha256 = entry.packed_sha256[name];
    if (present.has(path)) yield { path, kind: 'raw', sha256: [sha256] };
    if (present.has(path + packed) || (packedSha256 !== undefined && !present.has(path))) {
      const own = packedSha256 === undefined ? null : [packedSha256];
      yield { path: path + packed, kind: 'raw', sha256: own, plain: sha256 };
    } else if (!present.has(path)) yield { path, kind: 'raw', sha256: [sha256] };
  }
}

function* derived(view: View, { stage, part }: Part, entry: PartEntry): Generator<Expected> {
  const { folder, root } = view;
  // Before Parquet the digest of records was that of the file.
  const old = view.manifest?.schema_version === 1;
  const records = old ? `${stage}/${part}.ndjson` : relative(root, folder.records(stage, part));
  const sha256 = old ? entry.output_sha256 : entry.records_sha256;
  yield { path: records, kind: 'records', sha256: sha256 === null ? null : [sha256] };
  const rejects = entry.rejects_sha256;
  const path = relative(root, folder.rejectsPart(stage, part));
  yield { path, kind: 'records', sha256: rejects === null ? null : [rejects] };
}

function leaveOpen({ known, folder, root }: View, { stage, part }: Part): void {
  for (const path of [
    folder.raw(stage, part),
    folder.rawPartial(stage, part),
    folder.records(stage, part),
    folder.rejectsPart(stage, part),
  ]) {
    known.add(relative(root, path));
  }
}

/** The entry of a part: beside it, or else in the manifest. */
async function* entryOf(view: View, of: Part, known: PartEntry | undefined, done: boolean) {
  const path = relative(view.root, view.folder.entry(of.stage, of.part));
  const own = await sealedValue(view, path, PartEntry);
  of.entry = own ?? known ?? null;
  if (view.present.has(path) || (known !== undefined && known.rejects_sha256 !== null)) {
    yield { path, kind: 'entry', sha256: null, seal: path, says: PartEntry } satisfies Expected;
  }
  if (!done || own === null || (known !== undefined && differingKey(own, known) === null)) return;
  yield { told: 'differs', path, kind: 'entry', why: 'is not the entry that the manifest has' } satisfies Finding;
}

/** Files of a replay, which has no raw files of its own. */
async function* replayed(view: View, stage: string, entry: StageEntry): AsyncGenerator<Expected | Finding> {
  for (const [part, known] of Object.entries(entry.parts)) yield* derived(view, { stage, part, entry: known }, known);
}

async function* measured(view: View, stage: string, entry: StageEntry | undefined) {
  const raw = `raw/${stage}/`;
  const begun = Object.keys(entry?.parts ?? {}).length > 0 || entry?.status === 'done';
  const bare = begun && ![...view.present].some((path) => path.startsWith(raw));
  if (bare) yield { told: 'missing', path: raw, kind: 'raw', why: 'is gone' } satisfies Finding;
  const cutPath = relative(view.root, view.folder.cut(stage));
  const cut = await sealedValue(view, cutPath, Cut);
  if ((begun && !bare) || view.present.has(cutPath)) {
    yield { path: cutPath, kind: 'cut', sha256: null, seal: cutPath, says: Cut } satisfies Expected;
  } else view.known.add(`raw/${stage}/input`);
  const beside = [...view.present].flatMap((path) => {
    const [folder, file = '', more] = path.split('/');
    return folder === stage && more === undefined && /^\d{5}\.json$/.test(file) ? [file.slice(0, 5)] : [];
  });
  const parts = new Set([...(cut?.parts ?? []), ...Object.keys(entry?.parts ?? {}), ...beside]);
  let done = 0;
  for (const part of [...parts].sort()) {
    const of: Part = { stage, part, entry: null };
    yield* entryOf(view, of, entry?.parts[part], entry?.status === 'done');
    const input = cut?.inputs[part] ?? of.entry?.input_sha256;
    const path = relative(view.root, view.folder.input(stage, part));
    if (input !== undefined && !bare) yield { path, kind: 'input', sha256: [input] } satisfies Expected;
    if (of.entry === null) leaveOpen(view, of);
    else {
      done += 1;
      yield* derived(view, of, of.entry);
      if (!bare) yield* rawFiles(view, of, of.entry);
    }
  }
  if (view.manifest !== null && entry?.status !== 'done' && entry?.status !== 'left_out') {
    const how = parts.size === 0 ? 'not begun' : `not done yet: ${done} of ${parts.size} parts are`;
    yield open(stage, `is ${how}`);
  }
}

/** What should be there of a stage with parts, and what can be said without reading it. */
export async function* partStageFiles(view: View, stage: string): AsyncGenerator<Expected | Finding> {
  const entry = view.manifest?.stages[stage];
  const replay = view.manifest?.replay === true;
  // A run keeps what was measured before a stage was switched off; a replay makes nothing of it.
  if (replay && entry?.status === 'left_out') return;
  yield* replay && entry !== undefined ? replayed(view, stage, entry) : measured(view, stage, entry);
  const rejects = relative(view.root, view.folder.rejects(stage));
  const hashed = Object.values(entry?.parts ?? {}).some(({ rejects_sha256 }) => rejects_sha256 !== null);
  if (entry?.status !== 'done') view.known.add(rejects);
  else if (!hashed && view.present.has(rejects)) yield { path: rejects, kind: 'output', sha256: null };
  else if (entry.rejects_sha256 !== null) yield { path: rejects, kind: 'output', sha256: [entry.rejects_sha256] };
}
