import { join } from 'node:path';
import { exists, sha256File } from '../core/folder/files.ts';
import { type Manifest, manifestName, readManifest } from '../core/folder/manifest.ts';
import { CensusError } from '../errors.ts';
import { compare } from './compare.ts';
import { expectedFiles, isFinding } from './expected.ts';
import type { Finding } from './finding.ts';
import { pathsBelow } from './tree.ts';
import { isKnown, open, type StageShape, type View, viewOf } from './view.ts';

/** How far it is. */
export interface Progress {
  /** Files compared so far, of all that are there. */
  files: number;
  of: number;
  bytes: number;
}

/** The manifest; null when it is damaged: what the entries beside the parts say holds then. */
async function reliable(root: string): Promise<{ manifest: Manifest | null; why: string | null }> {
  try {
    return { manifest: await readManifest(root), why: null };
  } catch (error) {
    if (!(error instanceof CensusError)) throw error;
    // The message begins with the path, which the finding has already.
    return { manifest: null, why: error.message.slice(join(root, manifestName).length).replace(/^:? /, '') };
  }
}

/** Folders of replays, whose files their own manifests speak of. */
function replaysIn(view: View): string[] {
  if (view.manifest?.replay === true) return [];
  const first = [...view.present].flatMap((path) => /^(replay[^/]*)\//.exec(path)?.[1] ?? []);
  return [...new Set(first)];
}

function* unexpected(view: View, due: ReadonlySet<string>): Generator<Finding> {
  const finished = view.manifest !== null && view.manifest.finished_at !== null;
  const partial = new Set<string>();
  for (const path of view.present) {
    // Names that a lock has for a moment stay where a run was killed then.
    if (due.has(path) || isKnown(view, path) || path.startsWith('.lock.')) continue;
    const [, ended] = /^(raw\/[^/]+\/\d{5}\.partial\/)/.exec(path) ?? [];
    if (ended !== undefined) partial.add(ended);
    else if (!finished && /\.(tmp|purge)$/.test(path)) yield open(path, 'is half a file of a run that was ended');
    else {
      const raw = /^raw\/(?!superseded\/|fetched\/)/.test(path);
      yield { told: 'unexpected', path, kind: raw ? 'raw' : 'none', why: 'belongs to no stage of the run' };
    }
  }
  for (const path of partial) yield open(path, 'is left of a measurement that was ended');
}

async function* outside({ manifest }: View): AsyncGenerator<Finding> {
  for (const [path, { sha256 }] of Object.entries(manifest?.inputs ?? {})) {
    const found = (why: string): Finding => ({ told: 'outside', path, kind: 'none', why });
    try {
      if (!(await exists(path))) yield found('is not on this machine: the run read it, and a replay needs it');
      else if ((await sha256File(path)) !== sha256) {
        yield found('has other content than the run read: a replay needs it as it was');
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      yield found(`cannot be compared, and a replay needs it: ${why}`);
    }
  }
}

async function* replays(
  view: View,
  stages: readonly StageShape[],
  progress: Progress,
  onRead: () => void,
): AsyncGenerator<Finding> {
  for (const name of replaysIn(view)) {
    view.known.add(name);
    if (!view.present.has(join(name, manifestName))) {
      yield open(`${name}/`, 'is a replay that was ended: it cannot be compared');
      continue;
    }
    for await (const finding of verifyFolder(join(view.root, name), stages, progress, onRead)) {
      yield { ...finding, path: join(name, finding.path), kind: 'unread' };
    }
  }
}

/**
 * Compares every file of a run folder, or of a replay, with what the manifest and the entries say of it; gives what is not as it was
 * written, and what cannot be compared. Changes nothing.
 */
export async function* verifyFolder(
  root: string,
  stages: readonly StageShape[],
  progress: Progress,
  onRead: () => void = () => undefined,
): AsyncGenerator<Finding> {
  const present = new Set(await pathsBelow(root));
  progress.of += present.size;
  const { manifest, why } = await reliable(root);
  const view = viewOf(root, manifest, present);
  const due = new Set<string>();
  const read = (bytes: number): void => {
    progress.bytes += bytes;
    onRead();
  };
  for await (const one of expectedFiles(view, stages)) {
    if (isFinding(one)) {
      yield one;
      continue;
    }
    due.add(one.path);
    if (one.kind === 'manifest' && why !== null) {
      yield { ...one, told: 'differs', why };
      continue;
    }
    progress.files += 1;
    const finding = await compare(root, one, read);
    if (finding !== null) yield finding;
  }
  yield* replays(view, stages, progress, onRead);
  yield* unexpected(view, due);
  if (view.manifest?.replay !== true) yield* outside(view);
}
