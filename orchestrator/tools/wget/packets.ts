import type { Command, Program } from '../../core/tool.ts';
import { decodeOption, type MptcpOption, type PacketKind } from '../../mptcp/option.ts';
import { KIND, tcpOptions } from '../../mptcp/tcp-options.ts';
import type { WgetPacket, WgetStream } from './raw.ts';

export const tshark: Program = {
  name: 'tshark',
  version: { args: ['--version'], pattern: /TShark \(Wireshark\) (\d+(?:\.\d+)*)/ },
  apt: 'tshark',
  privileges: null,
  okExits: [0],
};

const fields = [
  'frame.time_epoch',
  'tcp.stream',
  'ip.dst',
  'ipv6.dst',
  'tcp.srcport',
  'tcp.dstport',
  'tcp.flags',
  'tcp.len',
  'tcp.options',
];

/** Option bytes as they are: `-T fields` cannot tell which field belongs to which of several MPTCP options. */
export function dissect(capture: string, folder: string): Command {
  return {
    program: tshark,
    args: ['-n', '-r', capture, '-T', 'fields', '-E', 'occurrence=f', ...fields.flatMap((field) => ['-e', field])],
    // The user's preferences must not change what comes out: this folder holds none.
    env: { WIRESHARK_CONFIG_DIR: folder },
    timeoutMs: 3_600_000,
    idleMs: 300_000,
  };
}

export const TCP = { FIN: 0x01, SYN: 0x02, RST: 0x04, ACK: 0x10 } as const;

export function packetKind(flags: number): PacketKind {
  if ((flags & TCP.SYN) === 0) return 'ack';
  return (flags & TCP.ACK) === 0 ? 'syn' : 'synack';
}

/** The MPTCP options of a segment that are well formed, in order. */
export function mptcpOptions({ options, flags }: WgetPacket): MptcpOption[] {
  return [...tcpOptions(Buffer.from(options, 'hex'))].flatMap(({ kind, bytes, fault }) => {
    const decoded = kind === KIND.MPTCP && fault === null ? decodeOption(bytes, packetKind(flags)) : null;
    return decoded?.option ?? [];
  });
}

/** Segments that only carry data or acknowledge it are kept up to this many each way, and again after an MP_FAIL. */
const PLAIN_KEPT = 32;
/** Segments in all, so that a host that repeats itself fills no memory (two Linux ends answer MP_FAIL with MP_FAIL). */
const KEPT = 1024;

/** Gathers streams from tshark's lines; a stream whose SYN was not captured is left out. */
export class Streams {
  readonly #streams = new Map<
    string,
    { stream: WgetStream; sourcePort: string; startUs: number; plain: Map<boolean, number> }
  >();

  /** False when the line is none of ours. */
  add(line: string): boolean {
    const [time, id, ip4, ip6, sourcePort, port, flagText, length, options] = line.split('\t');
    if (time === undefined || id === undefined || port === undefined || flagText === undefined) return false;
    const at = /^(\d+)\.(\d{6})/.exec(time);
    const flags = Number(flagText);
    if (at === null || id === '' || sourcePort === undefined || !Number.isInteger(flags)) return false;
    const us = Number(at[1]) * 1_000_000 + Number(at[2]);
    const address = ip4 || ip6 || '';
    let known = this.#streams.get(id);
    if (known === undefined) {
      if (packetKind(flags) !== 'syn') return true;
      const stream = { address, port: Number(port), last_us: 0, packets: [] };
      known = { stream, sourcePort, startUs: us, plain: new Map() };
      this.#streams.set(id, known);
    }
    const { stream, startUs, plain } = known;
    const from_us = sourcePort === known.sourcePort && port === String(stream.port);
    const packet = { at_us: us - startUs, from_us, flags, length: Number(length), options: options ?? '' };
    stream.last_us = packet.at_us;
    const said = mptcpOptions(packet);
    if (said.some(({ subtype }) => subtype === 'MP_FAIL')) plain.clear();
    const seen = plain.get(from_us) ?? 0;
    const speaks = said.some((option) => option.subtype !== 'DSS' || option.data_fin);
    if (stream.packets.length >= KEPT && (flags & (TCP.FIN | TCP.RST)) === 0) return true;
    if (!speaks && (flags & (TCP.SYN | TCP.FIN | TCP.RST)) === 0) {
      if (seen >= PLAIN_KEPT) return true;
      plain.set(from_us, seen + 1);
    }
    stream.packets.push(packet);
    return true;
  }

  all(): WgetStream[] {
    return [...this.#streams.values()].map(({ stream }) => stream);
  }
}
