import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { visible } from './visible.ts';

/**
 * Prints lines as fast as the reader takes them: the first at once, the others in larger pieces. Where nobody takes them any more the
 * work behind the lines goes on; cli.ts says whether the process does.
 */
export async function printLines(output: Writable, lines: AsyncIterable<string>): Promise<void> {
  let piece = '';
  let most = 0;
  let taken = true;
  output.once('error', () => {
    taken = false;
  });
  for await (const line of lines) {
    if (!taken) continue;
    piece += `${visible(line)}\n`;
    if (piece.length < most) continue;
    if (!output.write(piece)) await once(output, 'drain').catch(() => undefined);
    piece = '';
    most = 1 << 16;
  }
  if (taken) output.write(piece);
}
