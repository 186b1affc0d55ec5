import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ipBytes } from '../../../orchestrator/address/bytes.ts';
import type { Packet } from '../../../orchestrator/connection/packet.ts';

/** Captures made by hand: raw IP packets in a pcap file. */

const RAW_IP = 101;
const TCP_HEADER = 20;

/** A packet as bytes: IPv4 or IPv6, TCP with its options, zeros as payload. */
export function ipPacket({ source, destination, ...tcp }: Packet): Buffer {
  const options = Buffer.from(tcp.options, 'hex');
  const segment = Buffer.alloc(TCP_HEADER + options.length + tcp.length);
  segment.writeUInt16BE(source.port, 0);
  segment.writeUInt16BE(destination.port, 2);
  segment.writeUInt32BE(tcp.sequence, 4);
  segment.writeUInt32BE(tcp.acknowledgement, 8);
  segment.writeUInt8(((TCP_HEADER + tcp.options_length) / 4) << 4, 12);
  segment.writeUInt8(tcp.flags, 13);
  options.copy(segment, TCP_HEADER);
  const [from, to] = [ipBytes(source.address), ipBytes(destination.address)];
  if (from.length === 16) {
    const head = Buffer.from('6000000000000640', 'hex');
    head.writeUInt16BE(segment.length, 4);
    return Buffer.concat([head, from, to, segment]);
  }
  const head = Buffer.from('450000000000400040060000', 'hex');
  head.writeUInt16BE(20 + segment.length, 2);
  return Buffer.concat([head, from, to, segment]);
}

export function pcapHeader(link = RAW_IP, magic = 'a1b2c3d4'): Buffer {
  const header = Buffer.from(`${magic}00020004000000000000000000040000`, 'hex');
  return Buffer.concat([header, Buffer.from(link.toString(16).padStart(8, '0'), 'hex')]);
}

export function pcapRecord(atUs: number, bytes: Buffer, snap = bytes.length): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32BE(Math.floor(atUs / 1_000_000), 0);
  head.writeUInt32BE(atUs % 1_000_000, 4);
  head.writeUInt32BE(Math.min(snap, bytes.length), 8);
  head.writeUInt32BE(bytes.length, 12);
  return Buffer.concat([head, bytes.subarray(0, snap)]);
}

export function pcapOf(packets: Packet[], snap?: number): Buffer {
  return Buffer.concat([pcapHeader(), ...packets.map((one) => pcapRecord(one.at_us, ipPacket(one), snap))]);
}

const root = mkdtempSync(join(tmpdir(), 'traffic-test-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));

/** A folder of its own, gone with the process. */
export const ownPlace = () => mkdtempSync(join(root, 'place-'));

const place = ownPlace();
let files = 0;

/** A file with these bytes. */
export function fileOf(bytes: Buffer, name = 'capture.pcap'): string {
  const path = join(place, `${++files}-${name}`);
  writeFileSync(path, bytes);
  return path;
}
