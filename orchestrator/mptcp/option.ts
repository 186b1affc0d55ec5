import { ipText } from '../address/bytes.ts';
import { decodeDss } from './dss.ts';

/**
 * One TCP option of kind 30 from bytes: RFC 8684 (v1) and RFC 6824 (v0).
 *
 *   byte 0     1       2                    3 ...
 *   +-------+--------+---------+----------+---------------------
 *   | 30    | length | subtype | low bits | by subtype
 *   +-------+--------+---------+----------+---------------------
 */

/** What the option rode on: its lengths depend on it. `ack` is every segment without SYN, a RST too. */
export type PacketKind = 'syn' | 'synack' | 'ack';

/** Keys, tokens, nonces, HMACs and sequence numbers are hex strings: 64 bits do not fit a JS number. */
export type MptcpOption =
  | {
      subtype: 'MP_CAPABLE';
      version: number;
      flags: number;
      sender_key: string | null;
      receiver_key: string | null;
      data_length: number | null;
    }
  | { subtype: 'MP_JOIN'; packet: 'syn'; backup: boolean; address_id: number; token: string; nonce: string }
  | { subtype: 'MP_JOIN'; packet: 'synack'; backup: boolean; address_id: number; hmac: string; nonce: string }
  | { subtype: 'MP_JOIN'; packet: 'ack'; hmac: string }
  | { subtype: 'DSS'; data_fin: boolean; data_ack: string | null; mapping: DssMapping | null }
  | {
      subtype: 'ADD_ADDR';
      version: 0 | 1;
      echo: boolean;
      address_id: number;
      address: string;
      port: number | null;
      hmac: string | null;
    }
  | { subtype: 'REMOVE_ADDR'; address_ids: number[] }
  | { subtype: 'MP_PRIO'; backup: boolean; address_id: number | null }
  | { subtype: 'MP_FAIL'; data_sequence: string }
  | { subtype: 'MP_FASTCLOSE'; receiver_key: string }
  | { subtype: 'MP_TCPRST'; transient: boolean; reason: number };

export interface DssMapping {
  data_sequence: string;
  subflow_sequence: number;
  length: number;
  checksum: string | null;
}

/** Either what the option says, or why it says nothing. */
export type Decoded = { option: MptcpOption; fault: null } | { option: null; fault: string };

type Decoder = (bytes: Buffer, packet: PacketKind) => MptcpOption | null;

export const MP_CAPABLE = 0;
export const MP_JOIN = 1;
export const MP_FASTCLOSE = 7;
export const MP_TCPRST = 8;

const hex = (bytes: Buffer, from: number, to?: number) => bytes.toString('hex', from, to);
const lowNibble = (bytes: Buffer) => bytes.readUInt8(2) & 0x0f;

/** RFC 8684 and RFC 6824, section 3.1. The third ACK carries both keys, in v1 with data also its length and a checksum. */
const capableLengths: Record<PacketKind, (version: number) => number[]> = {
  syn: (version) => [version === 0 ? 12 : 4],
  synack: () => [12],
  ack: (version) => (version === 0 ? [20] : [20, 22, 24]),
};

function decodeCapable(bytes: Buffer, packet: PacketKind): MptcpOption | null {
  const version = lowNibble(bytes);
  if (!capableLengths[packet](version).includes(bytes.length)) return null;
  return {
    subtype: 'MP_CAPABLE',
    version,
    flags: bytes.readUInt8(3),
    sender_key: bytes.length >= 12 ? hex(bytes, 4, 12) : null,
    receiver_key: bytes.length >= 20 ? hex(bytes, 12, 20) : null,
    data_length: bytes.length >= 22 ? bytes.readUInt16BE(20) : null,
  };
}

/** RFC 8684 and RFC 6824, section 3.2. */
function decodeJoin(bytes: Buffer, packet: PacketKind): MptcpOption | null {
  if (bytes.length !== { syn: 12, synack: 16, ack: 24 }[packet]) return null;
  if (packet === 'ack') return { subtype: 'MP_JOIN', packet, hmac: hex(bytes, 4) };
  const start = { subtype: 'MP_JOIN', backup: (lowNibble(bytes) & 1) === 1, address_id: bytes.readUInt8(3) } as const;
  if (packet === 'syn') return { ...start, packet, token: hex(bytes, 4, 8), nonce: hex(bytes, 8) };
  return { ...start, packet, hmac: hex(bytes, 4, 12), nonce: hex(bytes, 12) };
}

/** Bytes of an ADD_ADDR before its address, and of the HMAC behind it. */
const ADD_ADDR_HEAD = 4;
const ADD_ADDR_HMAC = 8;

/** Bytes of the address in this many bytes of address and port; null where these are neither alone nor both. */
function addressWidth(rest: number): 4 | 16 | null {
  return rest === 4 || rest === 6 ? 4 : rest === 16 || rest === 18 ? 16 : null;
}

/**
 * RFC 8684, 3.4.1 and RFC 6824, 3.4.1. v0 states 4 or 6 in the nibble where v1 has its echo bit, and reserved ones, which are ignored (Linux
 * 6.18 does too). v0 and v1 echoes have the same lengths, and differ in that bit; an HMAC, which no v0 has, tells the others by their length.
 */
function decodeAddAddr(bytes: Buffer): MptcpOption | null {
  const nibble = lowNibble(bytes);
  const echo = (nibble & 1) === 1;
  const bare = addressWidth(bytes.length - ADD_ADDR_HEAD);
  const version = !echo && bare !== null ? 0 : 1;
  if (version === 0 && bare !== (nibble === 4 ? 4 : nibble === 6 ? 16 : null)) return null;
  const hmacBytes = version === 1 && !echo ? ADD_ADDR_HMAC : 0;
  const rest = bytes.length - ADD_ADDR_HEAD - hmacBytes;
  const width = addressWidth(rest);
  if (width === null) return null;
  return {
    subtype: 'ADD_ADDR',
    version,
    echo,
    address_id: bytes.readUInt8(3),
    address: ipText(bytes.subarray(4, 4 + width)),
    port: rest > width ? bytes.readUInt16BE(4 + width) : null,
    hmac: hmacBytes > 0 ? hex(bytes, bytes.length - hmacBytes) : null,
  };
}

/** RFC 8684, 3.4.2. */
function decodeRemoveAddr(bytes: Buffer): MptcpOption | null {
  return bytes.length < 4 ? null : { subtype: 'REMOVE_ADDR', address_ids: [...bytes.subarray(3)] };
}

/** RFC 8684, 3.3.8; v0 may name an address (RFC 6824, 3.3.8). */
function decodePrio(bytes: Buffer): MptcpOption | null {
  if (bytes.length !== 3 && bytes.length !== 4) return null;
  const address_id = bytes.length === 4 ? bytes.readUInt8(3) : null;
  return { subtype: 'MP_PRIO', backup: (lowNibble(bytes) & 1) === 1, address_id };
}

/** RFC 8684, 3.7. */
function decodeFail(bytes: Buffer): MptcpOption | null {
  return bytes.length === 12 ? { subtype: 'MP_FAIL', data_sequence: hex(bytes, 4) } : null;
}

/** RFC 8684, 3.5. */
function decodeFastclose(bytes: Buffer): MptcpOption | null {
  return bytes.length === 12 ? { subtype: 'MP_FASTCLOSE', receiver_key: hex(bytes, 4) } : null;
}

/** RFC 8684, 3.6. */
function decodeTcpRst(bytes: Buffer): MptcpOption | null {
  if (bytes.length !== 4) return null;
  return { subtype: 'MP_TCPRST', transient: (lowNibble(bytes) & 1) === 1, reason: bytes.readUInt8(3) };
}

/** By subtype number (RFC 8684, section 8.2). */
const decoders: readonly Decoder[] = [
  decodeCapable,
  decodeJoin,
  decodeDss,
  decodeAddAddr,
  decodeRemoveAddr,
  decodePrio,
  decodeFail,
  decodeFastclose,
  decodeTcpRst,
];

/** The subtype of an option of kind 30; null where its bytes do not reach that far. */
export function subtypeOf(bytes: Buffer): number | null {
  return bytes.length > 2 ? bytes.readUInt8(2) >> 4 : null;
}

/**
 * Decodes one whole option of kind 30, kind and length bytes included. Never reads past `bytes`; an option whose
 * length byte, or whose length for its subtype and packet, is wrong comes back as a fault.
 */
export function decodeOption(bytes: Buffer, packet: PacketKind): Decoded {
  const subtype = subtypeOf(bytes);
  if (subtype === null) return { option: null, fault: 'too_short_for_a_subtype' };
  if (bytes.readUInt8(1) !== bytes.length) return { option: null, fault: 'length_byte_disagrees' };
  const decode = decoders[subtype];
  if (decode === undefined) return { option: null, fault: 'unknown_subtype' };
  const option = decode(bytes, packet);
  return option === null ? { option, fault: 'bad_length' } : { option, fault: null };
}
