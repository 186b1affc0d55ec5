import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { visible } from './visible.ts';

/** Prints lines as fast as the reader takes them: the first at once, the others in larger pieces. */
export async function printLines(output: Writable, lines: AsyncIterable<string>): Promise<void> {
  let piece = '';
  let most = 0;
  for await (const line of lines) {
    piece += `${visible(line)}\n`;
    if (piece.length < most) continue;
    if (!output.write(piece)) await once(output, 'drain');
    piece = '';
    most = 1 << 16;
  }
  output.write(piece);
}
