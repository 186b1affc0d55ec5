import { initialDataSequence } from '../mptcp/keys.ts';
import type { MptcpOption } from '../mptcp/option.ts';
import { type Keys, keysOf, type Role, said, versionOf } from './stream.ts';
import type { Stream } from './streams.ts';

type Dss = Extract<MptcpOption, { subtype: 'DSS' }>;

/**
 * How far behind the first byte a number of the first segments may lie, by its width in bytes: 16 MiB are more than a sender has under way,
 * and a number of four bytes that is none lies there once in 256.
 */
const near: Record<number, bigint> = { 4: 1n << 24n, 8: 1n << 40n };

/** Whether a data sequence number, of four bytes or eight, is one of the sender of this key (RFC 8684, 3.1 and 3.3.1); null without the key. */
function follows(number: string, key: string | null, version: number): boolean | null {
  if (key === null) return null;
  const width = number.length / 2;
  const first = BigInt(`0x${initialDataSequence(key, version)}`) + 1n;
  return BigInt.asUintN(8 * width, BigInt(`0x${number}`) - first) < (near[width] ?? 0n);
}

/** Whether the numbers of a DSS from the server are counted from the keys of its connection: who holds none has no such numbers. */
function isCounted({ data_ack, mapping }: Dss, keys: Keys, version: number): boolean {
  const told = [
    data_ack === null ? null : follows(data_ack, keys.client, version),
    mapping === null ? null : follows(mapping.data_sequence, keys.server, version),
  ];
  return !told.includes(false) && (data_ack !== null || mapping !== null);
}

/**
 * Whether a server sent a DSS of its own: not the client's, byte for byte, which a box returned, since both count in numbers of their own;
 * and not one with other numbers than those.
 */
export function hasOwnDss(stream: Stream): boolean {
  const of = (side: Role) =>
    said(stream).flatMap(({ by, option }) => (by === side && option.subtype === 'DSS' ? [option] : []));
  const server = of('server');
  if (server.length === 0) return false;
  const client = new Set(of('client').map((option) => JSON.stringify(option)));
  const keys = keysOf(stream);
  const version = versionOf(stream) ?? 1;
  return server.some((option) => !client.has(JSON.stringify(option)) && isCounted(option, keys, version));
}
