import { formatIpv4, formatIpv6 } from '../src/address.ts';
import { type Candidate, decideOrigin } from '../src/build/origin.ts';

/** A decoder of whole MRT RIB dumps (RFC 6396, RFC 8050) in the plainest way, to compare the real one with. Throws at what is no dump. */

interface Route {
  peer: string;
  members: number[];
  isSet: boolean;
}

class Cursor {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  uint(size: number): number {
    return Number.parseInt(this.take(size).toString('hex'), 16);
  }

  take(size: number): Buffer {
    if (this.at + size > this.bytes.length) throw new RangeError(`${size} bytes at ${this.at}`);
    this.at += size;
    return this.bytes.subarray(this.at - size, this.at);
  }

  get isDone(): boolean {
    return this.at === this.bytes.length;
  }
}

interface Path {
  end: { members: number[]; isSet: boolean } | null;
  hops: number;
  hasEmpty: boolean;
}

function readPath(bytes: Buffer, size: 2 | 4): Path {
  const cursor = new Cursor(bytes);
  const path: Path = { end: null, hops: 0, hasEmpty: false };
  while (!cursor.isDone) {
    const type = cursor.uint(1);
    if (type < 1 || type > 4) throw new RangeError(`segment ${type}`);
    const asns = Array.from({ length: cursor.uint(1) }, () => cursor.uint(size));
    if (asns.length === 0) path.hasEmpty = true;
    if (asns.length === 0 || type > 2) continue;
    path.end = type === 1 ? { members: asns, isSet: true } : { members: asns.slice(-1), isSet: false };
    path.hops += type === 1 ? 1 : asns.length;
  }
  return path;
}

/** Null where the attribute is malformed (RFC 6793 section 6). */
function readPath4(bytes: Buffer): Path | null {
  try {
    const path = readPath(bytes, 4);
    return path.hasEmpty ? null : path;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Where the path of a route ends; null when it has no AS_PATH. With 4-byte numbers nothing is read after the path. */
function readAttributes(bytes: Buffer, size: 2 | 4): Path | null {
  const cursor = new Cursor(bytes);
  let path: Path | null = null;
  let path4: Path | null = null;
  let aggregator: number | null = null;
  let aggregator4 = false;
  while (!cursor.isDone && !(size === 4 && path !== null)) {
    const flags = cursor.uint(1);
    const type = cursor.uint(1);
    const value = cursor.take(cursor.uint((flags & 0x10) === 0 ? 1 : 2));
    // What is there again is not read.
    if (type === 2) path ??= readPath(value, size);
    if (type === 17 && size === 2) path4 ??= readPath4(value);
    if (type === 7 && value.length === 6) aggregator ??= value.readUInt16BE();
    if (type === 18 && value.length === 8) aggregator4 = true;
  }
  if ((aggregator ?? 23456) !== 23456 && aggregator4) return path;
  const hidden = path?.end?.members.includes(23456) ?? false;
  return hidden && path !== null && path4 !== null && path4.hops > 0 && path4.hops <= path.hops ? path4 : path;
}

/** Text of the prefix without the bits after its length. */
function prefixText(bytes: Buffer, length: number, size: 4 | 16): string {
  if (length > size * 8) throw new RangeError(`length ${length}`);
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .slice(0, length)
    .padEnd(size * 8, '0');
  const groups = Uint16Array.from(bits.match(/.{16}/g) ?? [], (group) => Number.parseInt(group, 2));
  const text = size === 4 ? formatIpv4(Number.parseInt(bits, 2)) : formatIpv6(groups, 0);
  return `${size === 4 ? '4' : '6'} ${text}/${length}`;
}

class Dump {
  readonly routes = new Map<string, Route[]>();
  #peers: { key: string; asn: number }[] | null = null;

  readTable(body: Cursor): void {
    body.take(4);
    body.take(body.uint(2));
    this.#peers = Array.from({ length: body.uint(2) }, () => {
      const type = body.uint(1);
      body.take(4);
      const address = body.take((type & 1) === 0 ? 4 : 16).toString('hex');
      const asn = body.uint((type & 2) === 0 ? 2 : 4);
      return { key: `${address} ${asn}`, asn };
    });
    if (!body.isDone) throw new RangeError('bytes after the peers');
  }

  readGeneric(body: Cursor, addPath: boolean): void {
    body.take(4);
    const family = body.uint(3);
    if (family !== 0x000101 && family !== 0x000201) return;
    if (addPath) body.take(4);
    this.readRoutes(body, family === 0x000101 ? 4 : 16, false);
  }

  readRib(body: Cursor, size: 4 | 16, addPath: boolean): void {
    body.take(4);
    this.readRoutes(body, size, addPath);
  }

  readRoutes(body: Cursor, size: 4 | 16, addPath: boolean): void {
    const length = body.uint(1);
    const prefix = prefixText(body.take(Math.ceil(length / 8)), length, size);
    const entries = body.uint(2);
    for (let i = 0; i < entries; i++) {
      const index = body.uint(2);
      body.take(addPath ? 8 : 4);
      const attributes = body.take(body.uint(2));
      const peer = this.#peers === null ? { key: `index ${index}`, asn: 0 } : this.#peers[index];
      if (peer === undefined) throw new RangeError(`peer ${index}`);
      this.#add(prefix, peer, readAttributes(attributes, 4));
    }
    if (!body.isDone) throw new RangeError('bytes after the entries');
  }

  readTableDump(body: Cursor, size: 4 | 16): void {
    body.take(4);
    const address = body.take(size);
    const prefix = prefixText(address, body.uint(1), size);
    body.take(5);
    const from = body.take(size).toString('hex');
    const asn = body.uint(2);
    this.#add(prefix, { key: `${from} ${asn}`, asn }, readAttributes(body.take(body.uint(2)), 2));
    if (!body.isDone) throw new RangeError('bytes after the attributes');
  }

  #add(prefix: string, peer: { key: string; asn: number }, path: Path | null): void {
    const own = peer.asn === 0 ? null : { members: [peer.asn], isSet: false };
    const end = path === null ? null : (path.end ?? own);
    if (end === null || prefix.endsWith('/0')) return;
    const routes = this.routes.get(prefix) ?? [];
    this.routes.set(prefix, [...routes, { peer: peer.key, ...end }]);
  }
}

function decide(routes: readonly Route[]): string {
  const votes = new Map<string, Candidate & { by: Set<string> }>();
  for (const { peer, members, isSet } of routes) {
    const sorted = isSet ? [...new Set(members)].sort((a, b) => a - b) : members;
    const key = `${isSet} ${sorted.join()}`;
    const vote = votes.get(key) ?? { members: sorted, isSet, peers: 0, by: new Set<string>() };
    vote.by.add(peer);
    votes.set(key, { ...vote, peers: vote.by.size });
  }
  return decideOrigin([...votes.values()]).origins.join();
}

/** Origins of every prefix, the decided one first, by `4 ` or `6 ` and the prefix. Default routes are left out. */
export function plainMrt(bytes: Buffer): Map<string, string> {
  const dump = new Dump();
  const file = new Cursor(bytes);
  while (!file.isDone) {
    file.take(4);
    const type = file.uint(2);
    const subtype = file.uint(2);
    const body = new Cursor(file.take(file.uint(4)));
    if (type === 13 && subtype === 1) dump.readTable(body);
    else if (type === 13 && [2, 4, 8, 10].includes(subtype))
      dump.readRib(body, subtype === 4 || subtype === 10 ? 16 : 4, subtype > 4);
    else if (type === 13 && (subtype === 6 || subtype === 12)) dump.readGeneric(body, subtype === 12);
    else if (type === 12 && (subtype === 1 || subtype === 2)) dump.readTableDump(body, subtype === 1 ? 4 : 16);
    else if (![11, 12, 13, 16, 17, 32, 33, 48, 49].includes(type)) throw new RangeError(`type ${type}`);
  }
  return new Map(Array.from(dump.routes, ([prefix, routes]) => [prefix, decide(routes)]));
}
