import { FetchedEntry } from '../core/folder/entries.ts';
import { manifestName } from '../core/folder/manifest.ts';
import { purgeMark } from '../core/folder/purge-mark.ts';
import { Superseded, supersededList } from '../core/folder/superseded.ts';
import type { Expected, Finding } from './finding.ts';
import { partStageFiles } from './parts.ts';
import { open, type StageShape, sealedValue, type View } from './view.ts';

function* blocklists({ manifest, present }: View): Generator<Expected> {
  const kept = new Map<string, string>();
  for (const { blocklist, rereads } of manifest?.starts ?? []) {
    for (const one of [blocklist, ...rereads]) if (one !== null) kept.set(one.copy, one.sha256);
  }
  // Their names are their digests: one that a kill kept out of the manifest can be compared too.
  for (const path of present) {
    const [, sha256] = /^blocklists\/([0-9a-f]{64})\.conf$/.exec(path) ?? [];
    if (sha256 !== undefined) kept.set(path, sha256);
  }
  for (const [path, sha256] of kept) yield { path, kind: 'blocklist', sha256: [sha256] };
}

function* optOutRejects({ manifest, present, known }: View): Generator<Expected> {
  const path = 'rejects/opt_outs.ndjson';
  // Lines come before the manifest speaks of them: a run that was killed in between leaves more than it has hashed.
  if (manifest?.finished_at === null) known.add(path);
  if (known.has(path)) return;
  const rereads = (manifest?.starts ?? []).flatMap((start) => start.rereads);
  const last = rereads.findLast(({ rejects_sha256 }) => rejects_sha256 !== null)?.rejects_sha256 ?? null;
  if (last !== null) yield { path, kind: 'unread', sha256: [last] };
  else if (present.has(path) && rereads.length > 0) yield { path, kind: 'unread', sha256: null };
}

async function* fetched(view: View, stage: string): AsyncGenerator<Expected> {
  const path = `raw/fetched/${stage}.json`;
  const entry = view.manifest?.stages[stage];
  const known = (await sealedValue(view, path, FetchedEntry)) ?? entry?.fetched ?? null;
  if (view.present.has(path) || known !== null)
    yield { path, kind: 'fetched', sha256: null, seal: path, says: FetchedEntry };
  if (known !== null) yield { path: known.file, kind: 'fetched', sha256: [known.sha256] };
  if (entry?.status !== 'done') view.known.add(`raw/fetched/${stage}`);
}

async function* superseded(view: View): AsyncGenerator<Expected | Finding> {
  const folders = new Set<string>();
  for (const path of view.present) {
    const [, folder] = /^(raw\/superseded\/[^/]+)\//.exec(path) ?? [];
    if (folder !== undefined) folders.add(folder);
  }
  for (const folder of folders) {
    const list = `${folder}/${supersededList}`;
    const { sha256 } = (await sealedValue(view, list, Superseded)) ?? { sha256: {} };
    if (view.present.has(list)) yield { path: list, kind: 'unread', sha256: null, seal: list, says: Superseded };
    else {
      view.known.add(folder);
      yield { told: 'unhashed', path: `${folder}/`, kind: 'unread', why: 'was not hashed when it was put aside' };
    }
    for (const [file, sum] of Object.entries(sha256)) {
      yield { path: `${folder}/${file}`, kind: 'unread', sha256: [sum] };
    }
  }
}

async function* wholeStage(
  view: View,
  { name, outputs }: Extract<StageShape, { kind: 'whole' }>,
): AsyncGenerator<Expected | Finding> {
  const entry = view.manifest?.stages[name];
  if (entry?.status === 'done') {
    for (const [path, sha256] of Object.entries(entry.outputs)) yield { path, kind: 'output', sha256: [sha256] };
    return;
  }
  for (const output of outputs) view.known.add(output);
  yield open(
    name,
    view.manifest === null ? `cannot be compared: ${manifestName} says what it wrote` : 'is not done yet',
  );
}

/** Every file that should be there; and what can be said without reading one. */
export async function* expectedFiles(view: View, stages: readonly StageShape[]): AsyncGenerator<Expected | Finding> {
  yield { path: manifestName, kind: 'manifest', sha256: null, seal: manifestName };
  const ofRun = view.manifest?.replay !== true;
  view.known.add(purgeMark);
  if (view.present.has(purgeMark)) {
    yield open(purgeMark, 'says that a purge was ended before its end: what differs may be its doing; repeat it');
  }
  if (ofRun) {
    yield* blocklists(view);
    yield* optOutRejects(view);
    if (view.manifest === null) view.known.add('rejects/opt_outs.ndjson');
  }
  for (const stage of stages) {
    if (stage.kind === 'whole') yield* wholeStage(view, stage);
    else {
      yield* partStageFiles(view, stage.name);
      if (ofRun) yield* fetched(view, stage.name);
    }
  }
  if (ofRun) yield* superseded(view);
}

export const isFinding = (one: Expected | Finding): one is Finding => 'told' in one;
