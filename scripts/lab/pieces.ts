const PIECE = 1 << 16;

/** The texts of many items, joined into pieces that are worth a write each. */
export function* inPieces<T>(items: Iterable<T>, textOf: (item: T) => string): Generator<string> {
  let piece = '';
  for (const item of items) {
    piece += textOf(item);
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
