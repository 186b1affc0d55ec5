import type { DssMapping, MptcpOption } from './option.ts';

/** Flags of a Data Sequence Signal (RFC 8684, 3.3): which fields follow, and how wide they are. */
const DATA_ACK = 0x01;
const DATA_ACK_8 = 0x02;
const MAPPING = 0x04;
const DATA_SEQUENCE_8 = 0x08;
const DATA_FIN = 0x10;

/** Bytes of a mapping behind its data sequence number: subflow sequence number and data-level length, then the checksum. */
const MAPPING_REST = 6;
const CHECKSUM = 2;

function decodeMapping(bytes: Buffer, at: number, width: number): DssMapping {
  const rest = at + width;
  return {
    data_sequence: bytes.toString('hex', at, rest),
    subflow_sequence: bytes.readUInt32BE(rest),
    length: bytes.readUInt16BE(rest + 4),
    checksum: bytes.length > rest + MAPPING_REST ? bytes.toString('hex', rest + MAPPING_REST) : null,
  };
}

/** A DSS option; null when its length is not the one that its flags ask for. */
export function decodeDss(bytes: Buffer): MptcpOption | null {
  if (bytes.length < 4) return null;
  const flags = bytes.readUInt8(3);
  const ackWidth = flags & DATA_ACK ? (flags & DATA_ACK_8 ? 8 : 4) : 0;
  const sequenceWidth = flags & MAPPING ? (flags & DATA_SEQUENCE_8 ? 8 : 4) : 0;
  const mapping = sequenceWidth === 0 ? 0 : sequenceWidth + MAPPING_REST;
  const extra = bytes.length - 4 - ackWidth - mapping;
  if (extra !== 0 && !(extra === CHECKSUM && mapping > 0)) return null;
  return {
    subtype: 'DSS',
    data_fin: (flags & DATA_FIN) !== 0,
    data_ack: ackWidth > 0 ? bytes.toString('hex', 4, 4 + ackWidth) : null,
    mapping: mapping > 0 ? decodeMapping(bytes, 4 + ackWidth, sequenceWidth) : null,
  };
}
