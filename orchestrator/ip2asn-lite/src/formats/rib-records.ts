import type { Collector } from '../build/collector.ts';
import { clearHostBits, type Width } from '../prefix.ts';
import { PathEnd, readPathEnd } from './as-path.ts';
import type { RecordBytes } from './record-bytes.ts';
import { RecordRoutes } from './record-routes.ts';

/** Address families (IANA "Address Family Numbers") that are read, and what is read of them (IANA "SAFI Values"). */
const WIDTHS: ReadonlyMap<number, Width> = new Map<number, Width>([
  [1, 2],
  [2, 8],
]);
const UNICAST = 1;
const MULTICAST = 2;

/** A peer of the collector: its number is the same wherever it appears, also across the parts of a concatenated dump. */
interface Peer {
  number: number;
  asn: number;
}

/** Reads RIB records (RFC 6396 sections 4.2 and 4.3, RFC 8050 section 4) into a collector. */
export class RibRecords {
  readonly #bytes: RecordBytes;
  readonly #collector: Collector;
  readonly #groups = new Uint16Array(8);
  readonly #path = new PathEnd();
  readonly #routes = new RecordRoutes();
  readonly #numbers = new Map<string, number>();
  #peers: Peer[] | undefined;
  /** Peers of a piece of a file that lacks the table of peers: that they differ is all that is known. */
  readonly #unnamed: Peer[] = [];

  constructor(bytes: RecordBytes, collector: Collector) {
    this.#bytes = bytes;
    this.#collector = collector;
  }

  /**
   * PEER_INDEX_TABLE: the peers that later entries name by index (RFC 6396 section 4.3.1). From its start on the table before
   * it is void: when this one is bad, its entries name nobody, and not the peers of another dump.
   */
  readPeers(): void {
    const bytes = this.#bytes;
    this.#peers = [];
    bytes.skip(4, 'collector id');
    bytes.skip(bytes.uint16('view name length'), 'view name');
    const count = bytes.uint16('peer count');
    const peers: Peer[] = [];
    for (let i = 0; i < count; i++) {
      const type = bytes.uint8('peer type');
      bytes.skip(4, 'peer id');
      const address = this.#readAddress((type & 1) === 0 ? 4 : 16);
      const asn = bytes.asn((type & 2) === 0 ? 2 : 4);
      peers.push(this.#peer(address, asn));
    }
    bytes.needEnd();
    this.#peers = peers;
  }

  /** RIB_IPV4_UNICAST or RIB_IPV6_UNICAST: one prefix, an entry for each peer's route; with `addPath`, each has a path id. */
  readPrefix(width: Width, addPath: boolean): void {
    this.#bytes.skip(4, 'sequence number');
    this.#readRoutes(width, addPath);
  }

  /**
   * RIB_GENERIC: a prefix of any family (RFC 6396 section 4.3.3). With ADDPATH the path id is part of the prefix and the
   * entries have none (RFC 8050 section 4.2); programs that put it into the entries use other subtypes for IPv4 and IPv6 unicast.
   */
  readGeneric(addPath: boolean): void {
    const bytes = this.#bytes;
    bytes.skip(4, 'sequence number');
    const family = bytes.uint16('address family');
    const kind = bytes.uint8('subsequent address family');
    const width = WIDTHS.get(family);
    if (width === undefined || kind !== UNICAST) {
      this.#collector.count(width !== undefined && kind === MULTICAST ? 'dropped_multicast' : 'dropped_other_family');
      return;
    }
    if (addPath) bytes.skip(4, 'path id');
    this.#readRoutes(width, false);
  }

  /** TABLE_DUMP: one prefix as one peer sees it, with 2-byte AS numbers. */
  readTableDump(width: Width): void {
    const bytes = this.#bytes;
    const size = width * 2;
    bytes.skip(4, 'view and sequence numbers');
    const prefixAt = bytes.at;
    bytes.skip(size, 'prefix');
    const length = this.#readLength(width);
    this.#readGroups(prefixAt, size, width, length);
    bytes.skip(5, 'status and time');
    const address = this.#readAddress(width === 2 ? 4 : 16);
    const peer = this.#peer(address, bytes.uint16('peer AS'));
    const attributes = bytes.uint16('attribute length');
    bytes.need(attributes, 'path attributes');
    this.#routes.clear();
    readPathEnd(bytes, bytes.at + attributes, 2, this.#path);
    this.#addRoute(peer);
    this.#keepRecord(width, length);
  }

  #readRoutes(width: Width, addPath: boolean): void {
    const bytes = this.#bytes;
    const length = this.#readLength(width);
    const size = (length + 7) >> 3;
    const prefixAt = bytes.at;
    bytes.skip(size, 'prefix');
    this.#readGroups(prefixAt, size, width, length);
    const entries = bytes.uint16('entry count');
    this.#routes.clear();
    for (let i = 0; i < entries; i++) this.#readEntry(addPath);
    this.#keepRecord(width, length);
  }

  #readEntry(addPath: boolean): void {
    const bytes = this.#bytes;
    const at = bytes.at;
    const index = bytes.uint16('peer index');
    bytes.skip(addPath ? 8 : 4, addPath ? 'time and path id' : 'time');
    const size = bytes.uint16('attribute length');
    bytes.need(size, 'path attributes');
    const peer = this.#peers === undefined ? this.#unnamedPeer(index) : this.#peers[index];
    if (peer === undefined) {
      bytes.at = at;
      throw bytes.fault(`a peer index below ${this.#peers?.length}`, String(index));
    }
    readPathEnd(bytes, bytes.at + size, 4, this.#path);
    this.#addRoute(peer);
  }

  /** An empty path is a route that the peer itself originates (RFC 4271 section 5.1.2): the peer's AS is the origin. */
  #addRoute(peer: Peer): void {
    const { found, set, asn } = this.#path;
    if (!found || (set === undefined && asn === undefined && peer.asn === 0)) this.#routes.withoutOrigin++;
    else if (set !== undefined) this.#routes.addSet(set, peer.number);
    else this.#routes.addAs(asn ?? peer.asn, peer.number);
  }

  /** The record was read to its end: now its prefix and routes count. */
  #keepRecord(width: Width, length: number): void {
    this.#bytes.needEnd();
    const seen = this.#collector.open(this.#groups, width, length);
    if (seen !== undefined) this.#routes.seenBy(seen);
    const { withoutOrigin } = this.#routes;
    if (withoutOrigin > 0) this.#collector.count('dropped_route_without_origin', withoutOrigin);
    this.#collector.count('rib_records');
  }

  #readLength(width: Width): number {
    const length = this.#bytes.uint8('prefix length');
    if (length <= width * 16) return length;
    this.#bytes.at--;
    throw this.#bytes.fault(`a prefix length of at most ${width * 16}`, String(length));
  }

  /** Bits after the length carry no meaning (RFC 4271 section 4.3) and are cleared. */
  #readGroups(at: number, size: number, width: Width, length: number): void {
    const { bytes } = this.#bytes;
    for (let i = 0; i < width; i++) {
      const high = i * 2 < size ? (bytes[at + i * 2] as number) : 0;
      const low = i * 2 + 1 < size ? (bytes[at + i * 2 + 1] as number) : 0;
      this.#groups[i] = (high << 8) | low;
    }
    clearHostBits(this.#groups, width, length);
  }

  #readAddress(size: 4 | 16): string {
    const bytes = this.#bytes;
    bytes.need(size, 'peer address');
    bytes.at += size;
    return Buffer.from(bytes.bytes.buffer, bytes.bytes.byteOffset + bytes.at - size, size).toString('latin1');
  }

  #unnamedPeer(index: number): Peer {
    this.#unnamed[index] ??= this.#peer(`index ${index}`, 0);
    return this.#unnamed[index];
  }

  #peer(address: string, asn: number): Peer {
    const key = `${address} ${asn}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(key, number);
    }
    return { number, asn };
  }
}
