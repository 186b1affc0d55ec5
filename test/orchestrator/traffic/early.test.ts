// runs: behind
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { End, Packet } from '../../../orchestrator/connection/packet.ts';
import { capable, client, packet, R, S, SA, server } from '../connection/packets.ts';
import { fileOf, ownPlace, pcapHeader, pcapRecord } from './capture-file.ts';
import { reading, readingOf } from './records.ts';

const test = suite('answers that stand before their SYN');

const up: [End, End] = [client, server];
const down: [End, End] = [server, client];
const RA = 0x14;
const syn = packet(1000, up, S, 1000, capable.syn);
const synack = (acknowledgement = 1001, at = 990) => packet(at, down, SA, 8000, '', { acknowledgement });
const second = 1_000_000;

const cases: [what: string, packets: Packet[], answer: string][] = [
  ['a SYN/ACK without option', [synack(), syn], 'synack_no_option'],
  ['by its own clock far behind it', [synack(1001, 9 * second), syn], 'synack_no_option'],
  ['a RST', [packet(990, down, RA, 0, '', { acknowledgement: 1001 }), syn], 'rst'],
  ['a RST with its reason', [packet(990, down, RA, 0, '1e048001', { acknowledgement: 1001 }), syn], 'mp_tcprst'],
  ['one that took data on the SYN', [synack(1006), { ...syn, length: 5 }], 'synack_no_option'],
  ['an answer to another number', [synack(1002), syn], 'none'],
  ['a RST that acknowledges nothing', [packet(990, down, R, 0, '', { acknowledgement: 1001 }), syn], 'none'],
  ['from another port', [{ ...synack(), source: { ...server, port: 81 } }, syn], 'none'],
  ['of the side that asked', [packet(990, up, SA, 8000, '', { acknowledgement: 1001 }), syn], 'none'],
  ['of another attempt, by the time', [synack(1001, 12 * second), syn], 'none'],
  ['the answer to a plain SYN before it', [packet(980, up, S, 1000), synack(), syn], 'none'],
  ['the same, and that one is late too', [synack(), packet(995, up, S, 1000), syn], 'none'],
];

test('an answer is told of the SYN that it acknowledges, and of no other', async () => {
  for (const [what, packets, answer] of cases) {
    const { connections } = await readingOf(packets);
    assert.equal(
      connections.map((one) => [one.answer, one.opener_known]),
      [[answer, true]],
      what,
    );
  }
});

test('it is counted once, as the frame that it was', async () => {
  const { subflows, capture } = await readingOf([synack(), syn]);
  assert.equal([subflows[0]?.client_packets, subflows[0]?.server_packets, capture.frames.tcp], [1, 1, 2]);
});

test('a SYN behind its answer by its clock is the one that was answered', async () => {
  const { connections } = await readingOf([synack(), syn]);
  assert.equal([connections[0]?.state, connections[0]?.fell_back_by], ['fell_back', 'server']);
});

test('many others between them are no hindrance, and one stream that floods forgets its own alone', async () => {
  const others = Array.from({ length: 2000 }, (_, n) => ({
    ...synack(1001, 991),
    destination: { ...client, port: 50_000 + n },
  }));
  const flood = Array.from({ length: 200 }, (_, n) => ({ ...synack(5000 + n, 992), source: { ...server, port: 81 } }));
  const { connections } = await readingOf([synack(), ...others, syn]);
  assert.is(connections[0]?.answer, 'synack_no_option');
  const long = await readingOf([...flood, synack(), syn]);
  assert.is(long.connections[0]?.answer, 'synack_no_option');
});

test('one with much data behind its headers is kept as far as they go', async () => {
  const keep = join(ownPlace(), 'kept.pcapng');
  const whole = await readingOf([{ ...synack(), length: 1400 }, syn], { keep });
  assert.equal([whole.connections[0]?.answer, whole.connections[0]?.server_bytes], ['synack_no_option', 1400]);
  assert.equal((await reading([keep])).connections, whole.connections);
});

const fixture = (name: string) => join(import.meta.dirname, '../../fixtures', name);

interface Captured {
  atUs: number;
  bytes: Buffer;
}

/** The packets of a little-endian pcap. */
function inPcap(file: Buffer): Captured[] {
  const packets: Captured[] = [];
  for (let at = 24; at < file.length; ) {
    const length = file.readUInt32LE(at + 8);
    const atUs = file.readUInt32LE(at) * second + file.readUInt32LE(at + 4);
    packets.push({ atUs, bytes: file.subarray(at + 16, at + 16 + length) });
    at += 16 + length;
  }
  return packets;
}

/** Those of a little-endian pcapng with times in nanoseconds. */
function inPcapng(file: Buffer): Captured[] {
  const packets: Captured[] = [];
  for (let at = 0; at < file.length; at += file.readUInt32LE(at + 4)) {
    if (file.readUInt32LE(at) !== 6) continue;
    const ns = (BigInt(file.readUInt32LE(at + 12)) << 32n) + BigInt(file.readUInt32LE(at + 16));
    const length = file.readUInt32LE(at + 20);
    packets.push({ atUs: Number(ns / 1000n), bytes: file.subarray(at + 28, at + 28 + length) });
  }
  return packets;
}

/** What a packet of IPv4 without options says of its connection, the IP header so far in; null for any other. */
function tcpOf({ bytes }: Captured, ip: number) {
  if (bytes.readUInt8(ip) !== 0x45 || bytes.readUInt8(ip + 9) !== 6) return null;
  const tcp = ip + 20;
  const ends = [12, 16].map((at, n) => bytes.toString('hex', ip + at, ip + at + 4) + bytes.readUInt16BE(tcp + 2 * n));
  const [sequence, acknowledgement] = [bytes.readUInt32BE(tcp + 4), bytes.readUInt32BE(tcp + 8)];
  return { from: ends[0], to: ends[1], flags: bytes.readUInt8(tcp + 13), sequence, acknowledgement };
}

/** Every SYN/ACK, and every RST that acknowledges a SYN, in front of it. */
function answersFirst(packets: Captured[], ip: number, skewed: boolean): { swapped: Captured[]; moved: number } {
  const swapped = [...packets];
  let moved = 0;
  for (const answer of packets) {
    const told = tcpOf(answer, ip);
    if (told === null || ((told.flags & SA) !== SA && (told.flags & RA) !== RA)) continue;
    const asked = packets.find((one) => {
      const syn = tcpOf(one, ip);
      if (syn === null || syn.from !== told.to || syn.to !== told.from) return false;
      return (syn.flags & SA) === S && (syn.sequence + 1) % 2 ** 32 === told.acknowledgement;
    });
    if (asked === undefined || packets.indexOf(asked) > packets.indexOf(answer)) continue;
    moved += 1;
    swapped.splice(swapped.indexOf(answer), 1);
    swapped.splice(swapped.indexOf(asked), 0, skewed ? { ...answer, atUs: asked.atUs - 5 } : answer);
  }
  return { swapped, moved };
}

type Records = Awaited<ReturnType<typeof reading>>;
/** All but numbers and times. */
const told = ({ connections, subflows }: Records) => [
  ...connections.map(({ connection: _, started_at, duration_us, ...rest }) => JSON.stringify(rest)).sort(),
  ...subflows
    .map(({ connection: _, subflow, started_at, duration_us, syn_rtt_us, ...rest }) => JSON.stringify(rest))
    .sort(),
];

const captures: [name: string, link: number, ip: number, read: (file: Buffer) => Captured[], moved: number][] = [
  ['linux618.pcap', 1, 14, inPcap, 33],
  ['traffic/both-paths.pcapng', 113, 16, inPcapng, 7],
];

test('of a capture with every answer before its SYN the records are those of the capture, with and without the prefilter', async () => {
  for (const [name, link, ip, read, least] of captures) {
    const packets = read(readFileSync(fixture(name)));
    const plain = await reading([fixture(name)]);
    for (const skewed of [false, true]) {
      const { swapped, moved } = answersFirst(packets, ip, skewed);
      const file = Buffer.concat([pcapHeader(link), ...swapped.map((one) => pcapRecord(one.atUs, one.bytes))]);
      const keep = join(ownPlace(), 'kept.pcapng');
      const records = await reading([fileOf(file)], { keep });
      assert.is(moved, least, `${name}: answers moved`);
      assert.equal(told(records), told(plain), `${name}, skewed: ${skewed}`);
      assert.equal(told(await reading([keep])), told(plain), `${name}, skewed: ${skewed}, kept`);
    }
  }
});

test.run();
