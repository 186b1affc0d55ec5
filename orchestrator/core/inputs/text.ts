import { lineBatches } from '../process/lines.ts';
import { peek } from './peek.ts';
import { Returns } from './returns.ts';

const headSize = 1 << 16;

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** The encoding that a byte order mark names; UTF-8 without one. */
function encodingOf(head: Buffer, zeros: boolean): Encoding {
  const mark = head.toString('hex', 0, 4);
  if (mark === 'fffe0000' || mark === '0000feff') throw new Error('it is UTF-32: convert it to UTF-8');
  if (mark.startsWith('fffe')) return 'utf-16le';
  if (mark.startsWith('feff')) return 'utf-16be';
  if (!zeros && head.includes(0)) {
    throw new Error(
      'it contains zero bytes, so it is not UTF-8 text: if it is UTF-16 without a byte order mark, convert it',
    );
  }
  return 'utf-8';
}

async function* decoded(chunks: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  yield Buffer.from(decoder.decode());
}

async function* withLineFeeds(chunks: AsyncIterable<Uint8Array>, returns: Returns): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield returns.mend(chunk);
}

/** How lines end that begin so: all in a carriage return alone, or some. */
function returnsIn(start: Buffer): { alone: boolean; some: boolean } {
  const alone = start.includes('\r') && !start.includes('\n');
  const returns = new Returns(alone);
  returns.mend(start);
  return { alone, some: alone || returns.found };
}

export interface Text {
  /** Lines without their ends, all of a chunk at once. */
  batches: AsyncGenerator<string[]>;
  /** What is unusual about it: "UTF-16", "carriage returns". */
  oddities: string[];
}

/**
 * Lines of bytes, however they are encoded and end: UTF-8 or, by its mark, UTF-16; LF, CR LF, CR alone, or some of each.
 * @param zeros lines may hold zero bytes, which whoever reads them takes for damage
 */
export async function textOf(source: AsyncIterable<Uint8Array>, zeros = false): Promise<Text> {
  const { head, chunks } = await peek(source, headSize);
  const encoding = encodingOf(head, zeros);
  const { alone, some } = returnsIn(encoding === 'utf-8' ? head : Buffer.from(new TextDecoder(encoding).decode(head)));
  const text = encoding === 'utf-8' ? chunks : decoded(chunks, encoding);
  const oddities = [...(encoding === 'utf-8' ? [] : ['UTF-16']), ...(some ? ['carriage returns'] : [])];
  return { batches: lineBatches(withLineFeeds(text, new Returns(alone))), oddities };
}
