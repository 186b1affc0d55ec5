import { ipBytes } from '../../../../orchestrator/address/bytes.ts';

/** Writes MaxMind-format files for tests ("MaxMind DB File Format Specification" 2.0), as their makers do and as they do not. */

export function text(value: string): Buffer {
  return Buffer.concat([Buffer.of(0x40 | value.length), Buffer.from(value)]);
}

export function map(entries: Record<string, Buffer>): Buffer {
  const pairs = Object.entries(entries).flatMap(([key, value]) => [text(key), value]);
  return Buffer.concat([Buffer.of(0xe0 | Object.keys(entries).length), ...pairs]);
}

function number(value: number): Buffer {
  const bytes = Buffer.of(0xc4, 0, 0, 0, 0);
  bytes.writeUInt32BE(value, 1);
  return bytes;
}

/** A pointer to a byte of the data section below 2,048. */
export function pointer(at: number): Buffer {
  return Buffer.of(0x20 | (at >> 8), at & 0xff);
}

type Node = [Node | number | null, Node | number | null];

/** The record of a country. */
export function inCountry(code: string): Buffer {
  return map({ country: map({ iso_code: text(code) }) });
}

/**
 * A tree of IPv6: a country, or a record as it lies, for each prefix. Nothing lies at ::/96 but what is put there.
 * @param numbers of the metadata, where they are to be others
 */
export function mmdb(
  countries: readonly [prefix: string, country: string | Buffer][],
  numbers: Readonly<Record<string, number>> = {},
): Buffer {
  const root: Node = [null, null];
  const data: Buffer[] = [];
  let size = 0;
  for (const [prefix, country] of countries) {
    const [address = '', length = ''] = prefix.split('/');
    const bytes = ipBytes(address);
    let node = root;
    for (let bit = 0; bit < Number(length); bit++) {
      const side = (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) as 0 | 1;
      if (bit === Number(length) - 1) {
        node[side] = size;
        break;
      }
      const inner = node[side];
      const below: Node = Array.isArray(inner) ? inner : [inner, inner];
      node[side] = below;
      node = below;
    }
    data.push(typeof country === 'string' ? inCountry(country) : country);
    size += data.at(-1)?.length ?? 0;
  }
  const nodes: Node[] = [root];
  for (const node of nodes) for (const side of node) if (Array.isArray(side)) nodes.push(side);
  const records = nodes.flatMap((node) =>
    node.map((side) => {
      const record = Buffer.alloc(3);
      const at = Array.isArray(side) ? nodes.indexOf(side) : nodes.length + (side === null ? 0 : 16 + side);
      record.writeUIntBE(at, 0, 3);
      return record;
    }),
  );
  const about = map({
    binary_format_major_version: number(numbers.format ?? 2),
    binary_format_minor_version: number(0),
    build_epoch: number(1),
    database_type: text('test'),
    description: map({}),
    ip_version: number(numbers.ip_version ?? 6),
    languages: Buffer.of(0x00, 0x04),
    node_count: number(numbers.node_count ?? nodes.length),
    record_size: number(24),
  });
  const mark = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
  return Buffer.concat([...records, Buffer.alloc(16), ...data, mark, about]);
}
