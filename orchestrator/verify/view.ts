import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { RunFolder } from '../core/folder/folder.ts';
import type { Manifest } from '../core/folder/manifest.ts';
import { openSeal } from '../core/folder/sealed.ts';
import type { Finding } from './finding.ts';

/** What verify needs to know of a stage. */
export type StageShape = { name: string; kind: 'parts' } | { name: string; kind: 'whole'; outputs: readonly string[] };

/** A run folder as it is looked at. */
export interface View {
  root: string;
  folder: RunFolder;
  /** null: there is none that can be relied on. */
  manifest: Manifest | null;
  /** Every path that is there. */
  present: ReadonlySet<string>;
  /** Paths and folders whose files cannot be compared yet, or never: they are not unexpected. */
  known: Set<string>;
}

export function viewOf(root: string, manifest: Manifest | null, present: ReadonlySet<string>): View {
  return { root, folder: new RunFolder(root), manifest, present, known: new Set(['.lock', '.tmp', 'stop']) };
}

/** true when a path, or one of the folders that it lies in, is known. */
export function isKnown({ known }: View, path: string): boolean {
  const words = path.split('/');
  return words.some((_, index) => known.has(words.slice(0, index + 1).join('/')));
}

export function open(path: string, why: string): Finding {
  return { told: 'open', path, kind: 'none', why };
}

/** What a sealed file says; null when it is not there, or is not what was written. */
export async function sealedValue<T>(view: View, path: string, schema: z.ZodType<T>): Promise<T | null> {
  if (!view.present.has(path)) return null;
  try {
    const { value, seal } = openSeal(path, await readFile(join(view.root, path), 'utf8'));
    return seal === 'broken' ? null : (schema.safeParse(value).data ?? null);
  } catch {
    return null;
  }
}
