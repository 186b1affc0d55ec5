import { FileError } from '../errors.ts';
import type { RecordBytes } from './record-bytes.ts';

/** Path attribute types (RFC 4271 section 5.1, RFC 6793 section 3). */
const AS_PATH = 2;
const AGGREGATOR = 7;
const AS4_PATH = 17;
const AS4_AGGREGATOR = 18;
const EXTENDED_LENGTH = 0x10; // attribute flag, RFC 4271 section 4.3

/** Segment types (RFC 4271 section 4.3, RFC 5065 section 3). */
const AS_SET = 1;
const AS_SEQUENCE = 2;
const AS_CONFED_SEQUENCE = 3;
const AS_CONFED_SET = 4;

const AS_TRANS = 23456; // RFC 6793 section 9

/** Where a path ends. One object per reader, filled again for every route. */
export class PathEnd {
  /** False when the route has no AS_PATH attribute. */
  found = false;
  /** Last AS of the path; undefined when the path is empty or ends in a set. */
  asn: number | undefined;
  /** Members of the AS_SET that ends the path. */
  set: number[] | undefined;
  /** Path length as BGP counts it: a set is one (RFC 4271 section 9.1.2.2). */
  hops = 0;
  /** A segment without AS numbers: nothing in an AS_PATH, malformed in an AS4_PATH (RFC 6793 section 6). */
  hasEmptySegment = false;

  clear(): void {
    this.found = false;
    this.asn = undefined;
    this.set = undefined;
    this.hops = 0;
    this.hasEmptySegment = false;
  }
}

function readSegment(bytes: RecordBytes, asSize: 2 | 4, path: PathEnd): void {
  const type = bytes.uint8('AS path segment type');
  if (type < AS_SET || type > AS_CONFED_SET) {
    bytes.at--;
    throw bytes.fault('AS path segment type 1 to 4', String(type));
  }
  const count = bytes.uint8('AS path segment length');
  bytes.need(count * asSize, `${count} AS numbers`);
  if (count === 0) {
    path.hasEmptySegment = true;
    return;
  }
  if (type === AS_CONFED_SEQUENCE || type === AS_CONFED_SET) {
    bytes.at += count * asSize; // members of a confederation are inside the neighbour, never an origin (RFC 5065 section 5)
    return;
  }
  if (type === AS_SEQUENCE) {
    bytes.at += (count - 1) * asSize;
    path.asn = bytes.asn(asSize);
    path.set = undefined;
    path.hops += count;
    return;
  }
  path.set = Array.from({ length: count }, () => bytes.asn(asSize));
  path.asn = undefined;
  path.hops++;
}

function readPath(bytes: RecordBytes, end: number, asSize: 2 | 4, path: PathEnd): void {
  const limit = bytes.end;
  bytes.end = end;
  path.clear();
  path.found = true;
  while (bytes.at < end) readSegment(bytes, asSize, path);
  bytes.end = limit;
}

/** What the attributes of a route with 2-byte numbers say besides its path. Filled again for every route. */
const old = { path4: new PathEnd(), hasAggregator: false, aggregator: AS_TRANS, hasAggregator4: false };

function clearOld(): void {
  old.path4.clear();
  old.hasAggregator = false;
  old.aggregator = AS_TRANS;
  old.hasAggregator4 = false;
}

/** A malformed AS4_PATH is discarded and the route stays (RFC 6793 section 6). */
function readPath4(bytes: RecordBytes, end: number): void {
  const limit = bytes.end;
  try {
    readPath(bytes, end, 4, old.path4);
    if (old.path4.hasEmptySegment) old.path4.clear();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    old.path4.clear();
    bytes.end = limit;
  }
}

/**
 * Aggregators of another length than RFC 4271 section 5.1.7 and RFC 6793 section 3 give them are discarded (RFC 7606 section 7.7).
 * Of an attribute that is there again the first counts (RFC 7606 section 3 g).
 */
function readOldAttribute(bytes: RecordBytes, type: number, end: number): void {
  const size = end - bytes.at;
  if (type === AS4_PATH && !old.path4.found) readPath4(bytes, end);
  else if (type === AGGREGATOR && size === 6 && !old.hasAggregator) {
    old.hasAggregator = true;
    old.aggregator = bytes.asn(2);
  } else if (type === AS4_AGGREGATOR && size === 8) old.hasAggregator4 = true;
}

/**
 * The 2-byte path hides 4-byte ASes behind AS_TRANS; AS4_PATH has them. It does not count when it is longer than the path, nor when
 * a router that knows neither AS4_PATH nor AS4_AGGREGATOR has aggregated since and left its own number in AGGREGATOR beside them
 * (RFC 6793 section 4.2.3). AGGREGATOR alone says nothing: a router that knows both writes no AS4_AGGREGATOR for a 2-byte number.
 */
function preferLonger(path: PathEnd): void {
  const { path4, aggregator, hasAggregator4 } = old;
  if (hasAggregator4 && aggregator !== AS_TRANS) return;
  if (!path4.found || path4.hops === 0 || path4.hops > path.hops) return;
  if (path.asn !== AS_TRANS && !path.set?.includes(AS_TRANS)) return;
  path.asn = path4.asn;
  path.set = path4.set;
}

/** Reads the path attributes in [bytes.at, end) and fills `path`; leaves bytes.at at `end`. Of several AS_PATHs the first counts. */
export function readPathEnd(bytes: RecordBytes, end: number, asSize: 2 | 4, path: PathEnd): void {
  const limit = bytes.end;
  bytes.end = end;
  path.clear();
  if (asSize === 2) clearOld();
  while (bytes.at < end) {
    const flags = bytes.uint8('path attribute flags');
    const type = bytes.uint8('path attribute type');
    const length =
      (flags & EXTENDED_LENGTH) !== 0 ? bytes.uint16('path attribute length') : bytes.uint8('path attribute length');
    bytes.need(length, `path attribute ${type}`);
    const next = bytes.at + length;
    if (type === AS_PATH && !path.found) readPath(bytes, next, asSize, path);
    else if (asSize === 2) readOldAttribute(bytes, type, next);
    bytes.at = next;
    if (asSize === 4 && path.found) break;
  }
  if (asSize === 2) preferLonger(path);
  bytes.at = end;
  bytes.end = limit;
}
