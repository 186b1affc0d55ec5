import { parseIpv4, parseIpv6 } from '../src/address.ts';

/** Writes MRT records (RFC 6396) for tests: a second implementation of the format, from the writing side. */

export interface Segment {
  /** 1 AS_SET, 2 AS_SEQUENCE, 3 and 4 the same inside a confederation. */
  type: number;
  asns: readonly number[];
}

export interface Route {
  /** Index into the peers of the dump. */
  peer: number;
  /** Undefined: the route has no AS_PATH at all. */
  path?: readonly Segment[];
  path4?: readonly Segment[];
  pathId?: number;
}

export interface Peer {
  address: string;
  asn: number;
  /** Bytes of its number in the table of peers; 4 unless given. */
  asnSize?: 2 | 4;
}

export const DUMP_TIME = 1446357600; // 2015-11-01T06:00:00Z

function uint(size: number, value: number): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeUIntBE(value, 0, size);
  return bytes;
}

export function addressBytes(text: string): Buffer {
  const bits = parseIpv4(text, 0, text.length);
  if (bits !== null) return uint(4, bits >>> 0);
  const groups = new Uint16Array(8);
  if (!parseIpv6(text, 0, text.length, groups)) throw new Error(`${text} is no address`);
  return Buffer.from(groups.buffer).swap16();
}

export function record(type: number, subtype: number, body: Buffer, time = DUMP_TIME): Buffer {
  return Buffer.concat([uint(4, time), uint(2, type), uint(2, subtype), uint(4, body.length), body]);
}

/** The same record with zeros after its end, or cut before it, and a length that says so. */
export function longer(bytes: Buffer, by: number): Buffer {
  const copy = Buffer.alloc(bytes.length + by);
  bytes.copy(copy);
  copy.writeUInt32BE(copy.length - 12, 8);
  return copy;
}

function pathBytes(path: readonly Segment[], asnSize: 2 | 4): Buffer {
  return Buffer.concat(
    path.flatMap(({ type, asns }) => [Buffer.of(type, asns.length), ...asns.map((asn) => uint(asnSize, asn))]),
  );
}

/** A path attribute, well-known unless its value says otherwise: no reader here looks at that. */
export function attribute(type: number, value: Buffer): Buffer {
  const isLong = value.length > 255;
  return Buffer.concat([Buffer.of(isLong ? 0x50 : 0x40, type), uint(isLong ? 2 : 1, value.length), value]);
}

/** ORIGIN, AS_PATH, NEXT_HOP and, for 2-byte paths, AS4_PATH: what a real entry begins with. */
function attributes(path: readonly Segment[] | undefined, asnSize: 2 | 4, path4?: readonly Segment[]): Buffer {
  const parts = [attribute(1, Buffer.of(0))];
  if (path !== undefined) parts.push(attribute(2, pathBytes(path, asnSize)));
  parts.push(attribute(3, Buffer.of(198, 18, 0, 1)));
  if (path4 !== undefined) parts.push(attribute(17, pathBytes(path4, 4)));
  return Buffer.concat(parts);
}

export function peerIndexTable(peers: readonly Peer[]): Buffer {
  const entries = peers.map(({ address, asn, asnSize = 4 }) => {
    const bytes = addressBytes(address);
    const type = (asnSize === 4 ? 2 : 0) | (bytes.length === 16 ? 1 : 0);
    return Buffer.concat([Buffer.of(type), uint(4, 1), bytes, uint(asnSize, asn)]);
  });
  return record(13, 1, Buffer.concat([uint(4, 1), uint(2, 4), Buffer.from('view'), uint(2, peers.length), ...entries]));
}

function prefixBytes(prefix: string): Buffer {
  const [address = '', length = ''] = prefix.split('/');
  return Buffer.concat([Buffer.of(Number(length)), addressBytes(address).subarray(0, (Number(length) + 7) >> 3)]);
}

function entries(routes: readonly Route[], addPath: boolean): Buffer {
  const each = routes.map(({ peer, path, path4, pathId }) => {
    const attrs = attributes(path, 4, path4);
    const id = addPath ? [uint(4, pathId ?? 0)] : [];
    return Buffer.concat([uint(2, peer), uint(4, DUMP_TIME), ...id, uint(2, attrs.length), attrs]);
  });
  return Buffer.concat([uint(2, routes.length), ...each]);
}

/** RIB_IPV4_UNICAST or RIB_IPV6_UNICAST, or their ADDPATH forms when a route has a path id. */
export function rib(prefix: string, routes: readonly Route[], sequence = 0): Buffer {
  const addPath = routes.some((route) => route.pathId !== undefined);
  const subtype = (prefix.includes(':') ? 4 : 2) + (addPath ? 6 : 0);
  return record(13, subtype, Buffer.concat([uint(4, sequence), prefixBytes(prefix), entries(routes, addPath)]));
}

/** RIB_GENERIC of a family; RIB_GENERIC_ADDPATH, one record for each path, when there is a path id. */
export function genericRib(afi: number, safi: number, prefix: string, routes: readonly Route[], id?: number): Buffer {
  const path = id === undefined ? [] : [uint(4, id)];
  const family = [uint(4, 0), uint(2, afi), Buffer.of(safi)];
  const body = [...family, ...path, prefixBytes(prefix), entries(routes, false)];
  return record(13, id === undefined ? 6 : 12, Buffer.concat(body));
}

/** TABLE_DUMP: one prefix of one peer, 2-byte AS numbers; `more` stands after the other attributes. */
export function tableDump(
  prefix: string,
  peer: Peer,
  path: readonly Segment[],
  path4?: readonly Segment[],
  more: readonly Buffer[] = [],
): Buffer {
  const [address = '', length = ''] = prefix.split('/');
  const bytes = addressBytes(address);
  const attrs = Buffer.concat([attributes(path, 2, path4), ...more]);
  const head = [uint(2, 0), uint(2, 0), bytes, Buffer.of(Number(length), 1), uint(4, DUMP_TIME)];
  const body = [...head, addressBytes(peer.address), uint(2, peer.asn), uint(2, attrs.length), attrs];
  return record(12, bytes.length === 4 ? 1 : 2, Buffer.concat(body));
}

/** A path that is one AS_SEQUENCE. */
export function sequence(...asns: number[]): Segment[] {
  return [{ type: 2, asns }];
}
