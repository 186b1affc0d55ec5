import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/**
 * A resolver for tests, as a program: `node --import tsx dns-server.ts '<zone as JSON>' '<manners as JSON>'` answers on 127.0.0.1, port
 * 53, and prints "ready". It follows aliases within its zone as a recursive resolver does. What is too long for a packet it gives over
 * TCP, one answer per connection, and closes, whatever else was asked there.
 */
export type Zone = Record<
  string,
  {
    A?: string[];
    AAAA?: string[];
    CNAME?: string;
    rcode?: number;
    /** Never answered; a number: so many questions for it are not. */
    silent?: boolean | number;
    /** To be had over TCP alone, which is closed without an answer. */
    closed?: boolean;
  }
>;

/** What the whole resolver does from its n-th question on: nothing, answering only what it was asked before, or failing with a code. */
export interface Manners {
  from: number;
  /** Question from which on it is itself again. */
  until?: number;
  says: 'silence' | 'known' | number;
}

const types: Record<number, 'A' | 'AAAA'> = { 1: 'A', 28: 'AAAA' };
const NXDOMAIN = 3;

function encodeName(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

function encodeAddress(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail = ''] = address.split('::');
  const groups = (text: string) => text.split(':').filter((group) => group !== '');
  const zeros = Array<string>(8 - groups(head).length - groups(tail).length).fill('0');
  return Buffer.from(
    [...groups(head), ...zeros, ...groups(tail)].map((group) => group.padStart(4, '0')).join(''),
    'hex',
  );
}

function resourceRecord(owner: string, type: number, data: Buffer): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(300, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([encodeName(owner), fixed, data]);
}

function readName(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), end: at + 1 };
}

function answer(zone: Zone, query: Buffer): Buffer | null {
  const { name, end } = readName(query);
  const type = query.readUInt16BE(end);
  const records: Buffer[] = [];
  let owner = name.toLowerCase();
  for (let links = 0; zone[owner]?.CNAME !== undefined && links < 16; links++) {
    const alias = zone[owner]?.CNAME ?? '';
    records.push(resourceRecord(owner, 5, encodeName(alias)));
    owner = alias;
  }
  const entry = zone[owner];
  if (entry?.silent === true) return null;
  if (entry !== undefined && typeof entry.silent === 'number' && entry.silent > 0) {
    entry.silent -= 1;
    return null;
  }
  for (const address of entry?.[types[type] ?? 'A'] ?? []) {
    if (types[type] !== undefined) records.push(resourceRecord(owner, type, encodeAddress(address)));
  }
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8580 | (entry === undefined ? NXDOMAIN : (entry.rcode ?? 0)), 2);
  header.writeUInt16BE(records.length, 6);
  header.writeUInt32BE(0, 8);
  return Buffer.concat([header, query.subarray(12, end + 4), ...records]);
}

/** A header alone, with the question: something truncated, or a failure. */
function bare(query: Buffer, flags: number): Buffer {
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8180 | flags, 2);
  header.writeUInt32BE(0, 8);
  return Buffer.concat([header, query.subarray(12, readName(query).end + 4)]);
}

const TRUNCATED = 0x200;
const mostBytes = 512;

function overUdp(zone: Zone, query: Buffer): Buffer | null {
  if (zone[readName(query).name.toLowerCase()]?.closed) return bare(query, TRUNCATED);
  const reply = answer(zone, query);
  return reply !== null && reply.length > mostBytes ? bare(query, TRUNCATED) : reply;
}

function serveTcp(zone: Zone): void {
  const server = createServer((connection) => {
    connection.on('error', () => undefined);
    connection.once('data', (bytes) => {
      const query = bytes.subarray(2, 2 + bytes.readUInt16BE(0));
      const reply = zone[readName(query).name.toLowerCase()]?.closed ? null : answer(zone, query);
      if (reply === null) return connection.destroy();
      const length = Buffer.alloc(2);
      length.writeUInt16BE(reply.length);
      return connection.end(Buffer.concat([length, reply]), () => connection.destroy());
    });
  });
  server.listen(53, '127.0.0.1');
}

if (process.argv[1] === import.meta.filename) {
  const zone: Zone = JSON.parse(process.argv[2] ?? '{}');
  const manners: Manners | null = JSON.parse(process.argv[3] ?? 'null');
  const socket = createSocket('udp4');
  let questions = 0;
  const known = new Set<string>();
  function reply(query: Buffer): Buffer | null {
    const { name } = readName(query);
    const number = questions++;
    const odd = manners !== null && number >= manners.from && number < (manners.until ?? Number.POSITIVE_INFINITY);
    if (!odd || (manners.says === 'known' && known.has(name))) {
      known.add(name);
      return overUdp(zone, query);
    }
    return typeof manners.says === 'number' ? bare(query, manners.says) : null;
  }
  socket.on('message', (query, from) => {
    const bytes = reply(query);
    if (bytes !== null) socket.send(bytes, from.port, from.address);
  });
  serveTcp(zone);
  socket.bind(53, '127.0.0.1', () => console.log('ready'));
}
