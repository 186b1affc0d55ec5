import { readFile } from 'node:fs/promises';
import { open, type Reader, type Response } from 'maxmind';
import { ipText } from '../../address/bytes.ts';
import { CensusError } from '../../errors.ts';
import { DataSection } from './data-section.ts';

/** Fields of a location record, whoever made the file; a record of AS numbers has none of them. */
const placeFields = [
  'country',
  'registered_country',
  'country_code',
  'continent',
  'city',
  'location',
  'latitude',
  'lat',
];

/** Zeros between the tree and the data. */
const separatorSize = 16;
/** Stands before the metadata. */
const metadataMark = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');

type Tree = Pick<Reader<Response>['metadata'], 'nodeCount' | 'recordSize' | 'nodeByteSize' | 'treeDepth'>;

/** One of the two records of a node: the number of another node, or above them where the data lie. */
function child(bytes: Buffer, { recordSize, nodeByteSize }: Tree, node: number, right: boolean): number {
  const at = node * nodeByteSize;
  if (recordSize === 24) return bytes.readUIntBE(at + (right ? 3 : 0), 3);
  if (recordSize === 32) return bytes.readUInt32BE(at + (right ? 4 : 0));
  const middle = bytes.readUInt8(at + 3);
  if (right) return ((middle & 0x0f) << 24) | bytes.readUIntBE(at + 4, 3);
  return ((middle & 0xf0) << 20) | bytes.readUIntBE(at, 3);
}

/** A record that the tree leads to: where it lies in the data section, and an address that it is of. */
interface Found {
  at: number;
  address: string;
}

/** A node that is still being walked: a link back to it is a loop. */
const above = 255;

/**
 * The way from the root to the node that is looked at. A node is gone through once, however many lead there (IPv4 has several places in
 * a tree of IPv6), but its height is kept: none may make a way longer than an address.
 */
class Way {
  readonly #bytes: Buffer;
  readonly #tree: Tree;
  /** Of each node that was gone through, how many there are from it down to the lowest. */
  readonly #heights: Uint8Array;
  /** By depth: the node there, which of its sides is next, and the height of what was below it so far. */
  readonly #nodes: number[] = [];
  readonly #sides: number[] = [];
  readonly #below: number[] = [];
  readonly bits: Buffer;

  constructor(bytes: Buffer, tree: Tree) {
    this.#bytes = bytes;
    this.#tree = tree;
    this.#heights = new Uint8Array(tree.nodeCount);
    this.bits = Buffer.alloc(tree.treeDepth / 8);
    this.#descend(0);
  }

  get #depth(): number {
    return this.#nodes.length - 1;
  }

  #descend(node: number): void {
    this.#require(this.#nodes.length + 1);
    this.#heights[node] = above;
    this.#nodes.push(node);
    this.#sides.push(0);
    this.#below.push(0);
  }

  #require(nodes: number): void {
    if (nodes > this.#tree.treeDepth) throw new Error('its tree is deeper than an address is long');
  }

  #ascend(): void {
    const node = this.#nodes.pop() ?? 0;
    const height = 1 + (this.#below.pop() ?? 0);
    this.#sides.pop();
    this.#heights[node] = height;
    if (this.#nodes.length > 0) this.#rise(height);
  }

  /** The node that is looked at has another of this height below it. */
  #rise(height: number): void {
    const depth = this.#depth;
    this.#require(depth + 1 + height);
    this.#below[depth] = Math.max(this.#below[depth] ?? 0, height);
  }

  #point(depth: number, right: boolean): void {
    const bit = 0x80 >>> (depth % 8);
    // Depth first: what lies beyond this bit is of an earlier way.
    this.bits[depth >>> 3] = ((this.bits[depth >>> 3] ?? 0) & ~(2 * bit - 1)) | (right ? bit : 0);
    this.bits.fill(0, (depth >>> 3) + 1);
  }

  /** Where the next record leads that leads to data; null when there is none left. */
  next(): number | null {
    while (this.#nodes.length > 0) {
      const depth = this.#depth;
      const side = this.#sides[depth] ?? 0;
      this.#sides[depth] = side + 1;
      if (side === 2) {
        this.#ascend();
        continue;
      }
      this.#point(depth, side === 1);
      const to = child(this.#bytes, this.#tree, this.#nodes[depth] ?? 0, side === 1);
      if (to > this.#tree.nodeCount) return to;
      if (to === this.#tree.nodeCount) continue;
      const height = this.#heights[to] ?? 0;
      if (height === above) throw new Error('its tree leads back to itself');
      if (height === 0) this.#descend(to);
      else this.#rise(height);
    }
    return null;
  }
}

/** Each of the records that the tree leads to. */
function* recordsOf(bytes: Buffer, tree: Tree): Generator<Found> {
  const records = new Set<number>();
  const way = new Way(bytes, tree);
  for (let to = way.next(); to !== null; to = way.next()) {
    if (records.has(to)) continue;
    records.add(to);
    yield { at: to - tree.nodeCount - separatorSize, address: ipText(way.bits) };
  }
}

function isPlace(record: unknown): boolean {
  if (typeof record !== 'object' || record === null) return false;
  return placeFields.some((field) => field in record);
}

/** The data section, between zeros behind the tree and the metadata, where these are what a file has that can be read here. */
function dataOf(bytes: Buffer, { metadata }: Reader<Response>): DataSection {
  const { binaryFormatMajorVersion: format, ipVersion, nodeCount, searchTreeSize } = metadata;
  if (format !== 2) throw new Error(`its format is version ${format}, and only 2 is known`);
  if (ipVersion !== 4 && ipVersion !== 6) throw new Error(`it says that it is of IP version ${ipVersion}`);
  const start = searchTreeSize + separatorSize;
  const end = bytes.lastIndexOf(metadataMark);
  if (!Number.isSafeInteger(nodeCount) || nodeCount < 1 || start > end) throw new Error('its tree is cut');
  if (bytes.subarray(searchTreeSize, start).some((byte) => byte !== 0))
    throw new Error('it is damaged: no zeros stand between its tree and its data');
  return new DataSection(bytes.subarray(start, end));
}

/** Whether a file holds places; every record of it is read. */
async function holdsPlaces(path: string): Promise<boolean> {
  const bytes = await readFile(path);
  const reader = await open<Response>(path);
  const data = dataOf(bytes, reader);
  let places = false;
  for (const { at, address } of recordsOf(bytes, reader.metadata)) {
    data.requireMap(at);
    places ||= isPlace(reader.get(address));
  }
  return places;
}

/** @throws CensusError E_INPUT for a file that is cut, damaged, or no database of places */
export async function requirePlaces(stage: string, path: string): Promise<void> {
  let why = 'it holds no country, city or position: it is a database of something else';
  try {
    if (await holdsPlaces(path)) return;
  } catch (cause) {
    why = cause instanceof Error ? cause.message : String(cause);
  }
  throw new CensusError(
    'E_INPUT',
    `${stage}: ${path} cannot be used: ${why}`,
    'give an uncompressed, whole .mmdb file of countries or cities in geo.country or geo.city, or null to do without it',
  );
}
