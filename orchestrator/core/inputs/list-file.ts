import { CensusError } from '../../errors.ts';
import { openUnpacked } from './packed.ts';
import { textOf } from './text.ts';

/** true for a list that is downloaded: it is no file whose content could be compared later, its lines are kept in raw/ instead. */
export function isUrl(list: string): boolean {
  return /^https?:\/\//i.test(list);
}

/** A file of lines, opened. */
export interface ListFile {
  /** Lines without their ends, all of a chunk at once. */
  batches: AsyncGenerator<string[]>;
  /** What it was packed in and how it is written, as far as that is worth saying: "gzip", "zip: top-1m.csv", "UTF-16". */
  opened: string[];
}

/** An error of reading a list as one that the user can act on. */
export function unreadable(name: string, cause: unknown): CensusError {
  if (cause instanceof CensusError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new CensusError('E_INPUT', `targets: ${name}: ${why}`, 'check targets in the configuration', cause);
}

/**
 * Opens a list, told by its content: packed or not, in UTF-8 or UTF-16; - is stdin.
 * @param name what messages call it
 * @throws CensusError E_INPUT when it cannot be read, E_PROGRAM_MISSING without the program that unpacks it
 */
export async function openList(path: string, name = path): Promise<ListFile> {
  async function* told(batches: AsyncGenerator<string[]>): AsyncGenerator<string[]> {
    try {
      yield* batches;
    } catch (cause) {
      throw unreadable(name, cause);
    }
  }
  try {
    const { chunks, packed } = await openUnpacked(path);
    const { batches, oddities } = await textOf(chunks);
    return { batches: told(batches), opened: [...packed, ...oddities] };
  } catch (cause) {
    throw unreadable(name, cause);
  }
}
