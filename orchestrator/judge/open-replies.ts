import type { Readable } from 'node:stream';
import { unpacked } from '../core/inputs/packed.ts';
import { textOf } from '../core/inputs/text.ts';
import { CensusError } from '../errors.ts';

/**
 * Lines of a prober, some at a time, whatever they were packed in, encoded or moved between systems as.
 * @throws CensusError for what cannot be unpacked on its way, and is no text
 */
export async function* openReplies(input: Readable): AsyncGenerator<string[]> {
  try {
    const { chunks } = await unpacked(input, { path: '-', allowed: 'JSON' });
    yield* (await textOf(chunks, true)).batches;
  } catch (cause) {
    if (cause instanceof CensusError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    const hint = 'give the JSON lines of the prober: judge < FILE';
    throw new CensusError('E_INPUT', `standard input: ${why}`, hint, cause);
  }
}
