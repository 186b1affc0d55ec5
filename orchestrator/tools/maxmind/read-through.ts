import { readFile } from 'node:fs/promises';
import { open, type Reader, type Response } from 'maxmind';
import { ipText } from '../../address/bytes.ts';
import { CensusError } from '../../errors.ts';
import { DataSection } from './data-section.ts';

/** Fields that a record of places has, whoever made the file; one of AS numbers has none of them. */
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

/** Each of the records that the tree leads to. Each node is gone through once: parts of a tree are shared. */
function* recordsOf(bytes: Buffer, tree: Tree): Generator<Found> {
  const seen = new Uint8Array(tree.nodeCount);
  const records = new Set<number>();
  const path = Buffer.alloc(tree.treeDepth / 8);
  const stack: { node: number; depth: number; right: boolean }[] = [
    { node: 0, depth: 0, right: true },
    { node: 0, depth: 0, right: false },
  ];
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    const { node, depth, right } = step;
    const bit = 0x80 >>> (depth % 8);
    // Depth first: what lies beyond this bit is of an earlier path.
    path[depth >>> 3] = ((path[depth >>> 3] ?? 0) & ~(2 * bit - 1)) | (right ? bit : 0);
    path.fill(0, (depth >>> 3) + 1);
    const next = child(bytes, tree, node, right);
    if (next < tree.nodeCount) {
      if (depth + 1 >= tree.treeDepth) throw new Error('its tree is deeper than an address is long');
      if (seen[next] === 1) continue;
      seen[next] = 1;
      stack.push({ node: next, depth: depth + 1, right: true }, { node: next, depth: depth + 1, right: false });
    } else if (next > tree.nodeCount && !records.has(next)) {
      records.add(next);
      yield { at: next - tree.nodeCount - separatorSize, address: ipText(path) };
    }
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
