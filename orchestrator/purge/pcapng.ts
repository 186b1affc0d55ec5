import { holdsBytes, type Party } from './party.ts';

/**
 * Captures without a party: packets to it and from it are left out, announcements of its addresses are overwritten with NOPs, and its
 * address or name in a payload, a comment or a filter with what means nothing. Format: draft-ietf-opsawg-pcapng.
 */

const sectionHeader = 0x0a0d0d0a;
const interfaceDescription = 1;
const simplePacket = 3;
const nameResolution = 4;
const enhancedPacket = 6;

/** Where what a block has after its head begins: options, or a packet and then options. */
const headBytes: Readonly<Record<number, number>> = {
  [sectionHeader]: 24,
  [interfaceDescription]: 16,
  [simplePacket]: 12,
  5: 20, // interface statistics
  [enhancedPacket]: 28,
};

const icmp: Readonly<Record<number, true>> = { 1: true, 58: true };
const icmpHead = 8;

/** Bytes of the link layer's header, by link type: Ethernet, two cooked forms of Linux, and none. */
const linkBytes: Readonly<Record<number, number>> = { 1: 14, 113: 16, 276: 20, 101: 0, 12: 0 };

interface Ip {
  family: 4 | 6;
  source: Buffer;
  target: Buffer;
  /** Where the next header begins, and which it is. */
  next: number;
  protocol: number;
}

function ipOf(packet: Buffer, at: number): Ip | null {
  const family = (packet[at] ?? 0) >> 4;
  if (family === 4 && packet.length >= at + 20) {
    const ends = { source: packet.subarray(at + 12, at + 16), target: packet.subarray(at + 16, at + 20) };
    return { family, ...ends, next: at + 4 * ((packet[at] ?? 0) & 15), protocol: packet[at + 9] ?? 0 };
  }
  if (family !== 6 || packet.length < at + 40) return null;
  const ends = { source: packet.subarray(at + 8, at + 24), target: packet.subarray(at + 24, at + 40) };
  return { family, ...ends, next: at + 40, protocol: packet[at + 6] ?? 0 };
}

/** An ADD_ADDR (RFC 8684, 3.4.1) of the party's address becomes NOPs of the same length. */
function blankAnnouncement(option: Buffer, party: Party): boolean {
  if (option[0] !== 30 || (option[2] ?? 0) >> 4 !== 3) return false;
  // Version 0 names the family in the byte of the subtype; in version 1 the length tells it.
  const long = option.length >= 20 && [20, 22, 28, 30].includes(option.length);
  const address = option.subarray(4, long ? 20 : 8);
  if (address.length % 4 !== 0 || address.length === 0 || !holdsBytes(party, address)) return false;
  option.fill(1);
  return true;
}

/** Gives where the payload begins. */
function blankOptions(packet: Buffer, at: number, party: Party): { payload: number; changed: boolean } {
  const end = Math.min(packet.length, at + 4 * ((packet[at + 12] ?? 0x50) >> 4));
  let changed = false;
  for (let next = at + 20; next < end && packet[next] !== 0; ) {
    const length = packet[next] === 1 ? 1 : (packet[next + 1] ?? 0);
    if (length === 0 || (length < 2 && packet[next] !== 1)) break;
    changed = blankAnnouncement(packet.subarray(next, Math.min(end, next + length)), party) || changed;
    next += length;
  }
  return { payload: end, changed };
}

function blankPayload(payload: Buffer, party: Party): boolean {
  const text = payload.toString('latin1');
  const blank = party.blank(text);
  payload.write(blank, 'latin1');
  let changed = blank !== text;
  const { bytes } = party;
  for (let at = bytes === null ? -1 : payload.indexOf(bytes); at >= 0; at = payload.indexOf(bytes ?? '')) {
    payload.fill(0x78, at, at + (bytes?.length ?? 0));
    changed = true;
  }
  return changed;
}

function isOf({ source, target }: Ip, party: Party): boolean {
  return holdsBytes(party, source) || holdsBytes(party, target);
}

/** null: the packet goes, or one that says what became of it; else whether it was changed. */
function packetWithout(packet: Buffer, link: number, party: Party): boolean | null {
  const at = linkBytes[link];
  const ip = at === undefined ? null : ipOf(packet, at);
  if (ip === null) return blankPayload(packet, party);
  const quoted = icmp[ip.protocol] ? ipOf(packet, ip.next + icmpHead) : null;
  if ([ip, quoted].some((each) => each !== null && isOf(each, party))) return null;
  if (ip.protocol !== 6) return blankPayload(packet.subarray(ip.next), party);
  const { payload, changed } = blankOptions(packet, ip.next, party);
  return blankPayload(packet.subarray(payload), party) || changed;
}

/** How numbers lie in a section, and the link layers of its interfaces. */
class Section {
  readonly links: number[] = [];
  readonly #little: boolean;

  constructor(little: boolean) {
    this.#little = little;
  }

  u16(bytes: Buffer, at: number): number {
    return this.#little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
  }

  u32(bytes: Buffer, at: number): number {
    return this.#little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  }
}

const padded = (length: number) => (length + 3) & ~3;

/** Comments, filters and whatever else stands in options: values alone, the numbers between them are of the format. */
function blankValues(block: Buffer, from: number, section: Section, party: Party): boolean {
  let changed = false;
  for (let at = from; at + 4 <= block.length - 4; ) {
    const end = at + 4 + section.u16(block, at + 2);
    if (end > block.length - 4) break;
    changed = blankPayload(block.subarray(at + 4, end), party) || changed;
    at += padded(end - at);
  }
  return changed;
}

/** null: the block goes; else whether it was changed. */
function blockWithout(block: Buffer, type: number, section: Section, party: Party): boolean | null {
  const head = headBytes[type];
  // Records of names go as a whole. Of what has no head here (secrets, a journal, a maker's own) only the text is understood.
  if (head === undefined || block.length < head + 4) {
    const changed = blankPayload(block.subarray(8, -4), party);
    return changed && type === nameResolution ? null : changed;
  }
  if (type === interfaceDescription) section.links.push(section.u16(block, 8));
  if (type !== enhancedPacket && type !== simplePacket) return blankValues(block, head, section, party);
  const interfaceAt = type === simplePacket ? 0 : section.u32(block, 8);
  const captured = type === simplePacket ? block.length - 4 - head : section.u32(block, 20);
  const packet = packetWithout(block.subarray(head, head + captured), section.links[interfaceAt] ?? -1, party);
  if (packet === null || type === simplePacket) return packet;
  return blankValues(block, head + padded(captured), section, party) || packet;
}

export interface Filtered {
  bytes: Buffer;
  /** Packets, and records of names, left out or changed. */
  packets: number;
}

/** A capture without a party. What cannot be read as blocks to its end (a file that was cut) stays as it is from there on. */
export function captureWithout(given: Buffer, party: Party): Filtered {
  const bytes = Buffer.from(given);
  const kept: Buffer[] = [];
  let section = new Section(true);
  let packets = 0;
  let at = 0;
  while (at + 12 <= bytes.length) {
    if (bytes.readUInt32BE(at) === sectionHeader) section = new Section(bytes.readUInt32BE(at + 8) !== 0x1a2b3c4d);
    const length = section.u32(bytes, at + 4);
    if (length < 12 || at + length > bytes.length) break;
    const block = bytes.subarray(at, at + length);
    at += length;
    const said = blockWithout(block, section.u32(block, 0), section, party);
    if (said !== false) packets += 1;
    if (said !== null) kept.push(block);
  }
  kept.push(bytes.subarray(at));
  return { bytes: packets === 0 ? given : Buffer.concat(kept), packets };
}
