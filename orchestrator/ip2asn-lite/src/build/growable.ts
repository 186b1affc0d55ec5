type Growable = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

/** A typed array with room for `needed` elements: the same one, or a copy of at least twice its size. */
export function withRoom<T extends Growable>(array: T, needed: number): T {
  if (needed <= array.length) return array;
  const size = Math.max(needed, array.length * 2);
  const Type = array.constructor as new (length: number) => T;
  const grown = new Type(size);
  grown.set(array);
  return grown;
}
