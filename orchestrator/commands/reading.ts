import type { OnReading } from '../core/inputs/read-through.ts';
import type { Host } from './host.ts';

const everyMs = 5_000;

/** Says on stderr how far a file that takes long is read through, every few seconds. */
export async function tellReading({ err }: Pick<Host, 'err'>): Promise<OnReading> {
  const { readingText } = await import('../view/lines.ts');
  const { visible } = await import('../view/visible.ts');
  let toldAt = Number.NEGATIVE_INFINITY;
  return (path, share, left) => {
    if (performance.now() - toldAt < everyMs) return;
    toldAt = performance.now();
    err.line(visible(readingText(path, share, left)));
  };
}
