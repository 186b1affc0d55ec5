/** Names of ASes as arrays that a cache file can hold as they are. */
export interface NameList {
  /** Ascending. */
  readonly asns: Uint32Array;
  /** asns.length + 1 offsets into bytes. */
  readonly starts: Uint32Array;
  /** UTF-8. */
  readonly bytes: Uint8Array;
}

const decoder = new TextDecoder();

export const NO_NAMES: NameList = {
  asns: new Uint32Array(0),
  starts: new Uint32Array(1),
  bytes: new Uint8Array(0),
};

/** Packs names into a list. */
export function packNames(names: ReadonlyMap<number, string>): NameList {
  const entries = [...names].sort(([a], [b]) => a - b);
  const texts = entries.map(([, name]) => Buffer.from(name));
  const starts = new Uint32Array(entries.length + 1);
  texts.forEach((text, i) => {
    starts[i + 1] = (starts[i] ?? 0) + text.length;
  });
  return { asns: Uint32Array.from(entries, ([asn]) => asn), starts, bytes: new Uint8Array(Buffer.concat(texts)) };
}

/** The name of an AS, or null when the list has none. */
export function findName(names: NameList, asn: number): string | null {
  let low = 0;
  let high = names.asns.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((names.asns[middle] ?? 0) < asn) low = middle + 1;
    else high = middle;
  }
  if (names.asns[low] !== asn) return null;
  return decoder.decode(names.bytes.subarray(names.starts[low], names.starts[low + 1]));
}
