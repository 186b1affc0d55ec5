import { Packet } from '../../connection/packet.ts';
import { compiled } from '../../core/compiled.ts';
import type { Command, Program } from '../../core/tool.ts';

export const tshark: Program = {
  name: 'tshark',
  version: { args: ['--version'], pattern: /TShark \(Wireshark\) (\d+(?:\.\d+)*)/ },
  apt: 'tshark',
  privileges: null,
  okExits: [0],
};

const fields = [
  'frame.time_epoch',
  'frame.protocols',
  'ip.src',
  'ip.dst',
  'ipv6.src',
  'ipv6.dst',
  'tcp.srcport',
  'tcp.dstport',
  'tcp.flags',
  'tcp.seq_raw',
  'tcp.ack_raw',
  'tcp.len',
  'tcp.hdr_len',
  'tcp.options',
];

/** An ICMP error quotes the packet that it answers, and tshark dissects the quote: nobody sent that packet there. */
const onlyTcp = 'tcp and not icmp and not icmpv6';

/** Option bytes as they are: `-T fields` cannot tell which field belongs to which of several MPTCP options. */
export function dissect(capture: string, folder: string): Command {
  return {
    program: tshark,
    args: [
      '-n',
      '-r',
      capture,
      '-Y',
      onlyTcp,
      '-T',
      'fields',
      '-E',
      'occurrence=l',
      ...fields.flatMap((field) => ['-e', field]),
    ],
    // The user's preferences must not change what comes out: this folder holds none.
    env: { WIRESHARK_CONFIG_DIR: folder },
    timeoutMs: 3_600_000,
    idleMs: 300_000,
  };
}

/** The IP header that carried the TCP header: the last one before it, inside whatever tunnel. */
function carrier(protocols: string): 'ip' | 'ipv6' | null {
  const stack = protocols.split(':');
  const below = stack.slice(0, stack.indexOf('tcp'));
  return below.findLast((one) => one === 'ip' || one === 'ipv6') === 'ipv6'
    ? 'ipv6'
    : below.includes('ip')
      ? 'ip'
      : null;
}

const FastPacket = compiled(Packet);

/** One of tshark's lines as a packet; null when it is none. */
export function readPacket(line: string): Packet | null {
  const [time, protocols, src4, dst4, src6, dst6, from, to, flags, sequence, acknowledgement, length, header, options] =
    line.split('\t');
  const at = /^(\d+)\.(\d{6})/.exec(time ?? '');
  if (at === null || protocols === undefined || header === undefined) return null;
  const ip = carrier(protocols);
  const [source, destination] = ip === 'ipv6' ? [src6, dst6] : [src4, dst4];
  const packet = FastPacket.safeParse({
    at_us: Number(at[1]) * 1_000_000 + Number(at[2]),
    source: { address: source, port: Number(from || NaN) },
    destination: { address: destination, port: Number(to || NaN) },
    flags: Number(flags || NaN),
    sequence: Number(sequence || NaN),
    acknowledgement: Number(acknowledgement || 0),
    length: Number(length || 0),
    // tshark's word for a field that the capture is too short for
    options: options === '<MISSING>' ? '' : (options ?? ''),
    options_length: Number(header || NaN) - 20,
  });
  return packet.success && ip !== null ? packet.data : null;
}
