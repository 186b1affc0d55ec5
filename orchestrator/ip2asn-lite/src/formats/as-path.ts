import type { RecordBytes } from './record-bytes.ts';

/** Path attribute types (RFC 4271 section 5.1, RFC 6793 section 3). */
const AS_PATH = 2;
const AS4_PATH = 17;
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

  clear(): void {
    this.found = false;
    this.asn = undefined;
    this.set = undefined;
    this.hops = 0;
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
  if (count === 0) return;
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

/** The 2-byte path hides 4-byte ASes behind AS_TRANS; AS4_PATH has them, unless it is longer than the path (RFC 6793 section 4.2.3). */
function preferLonger(path: PathEnd, path4: PathEnd): void {
  if (!path4.found || path4.hops === 0 || path4.hops > path.hops) return;
  if (path.asn !== AS_TRANS && !path.set?.includes(AS_TRANS)) return;
  path.asn = path4.asn;
  path.set = path4.set;
}

const path4 = new PathEnd();

/** Reads the path attributes in [bytes.at, end) and fills `path`; leaves bytes.at at `end`. */
export function readPathEnd(bytes: RecordBytes, end: number, asSize: 2 | 4, path: PathEnd): void {
  const limit = bytes.end;
  bytes.end = end;
  path.clear();
  path4.clear();
  while (bytes.at < end) {
    const flags = bytes.uint8('path attribute flags');
    const type = bytes.uint8('path attribute type');
    const length =
      (flags & EXTENDED_LENGTH) !== 0 ? bytes.uint16('path attribute length') : bytes.uint8('path attribute length');
    bytes.need(length, `path attribute ${type}`);
    const next = bytes.at + length;
    if (type === AS_PATH) readPath(bytes, next, asSize, path);
    else if (type === AS4_PATH && asSize === 2) readPath(bytes, next, 4, path4);
    bytes.at = next;
    if (asSize === 4 && path.found) break;
  }
  if (asSize === 2) preferLonger(path, path4);
  bytes.at = end;
  bytes.end = limit;
}
