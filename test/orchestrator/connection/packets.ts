import { readStreams } from '../../../orchestrator/connection/connections.ts';
import { type End, Packet } from '../../../orchestrator/connection/packet.ts';
import { Streams } from '../../../orchestrator/connection/streams.ts';

/** Hand-built packets. Keys, tokens and HMACs are those of test/vectors: captures of v1 and v0 by others. */
export const v1 = { client: '8f0c7c64a6a32ac1', server: '73bb150358a0aecb', token: '5f3f5591' };
export const v0 = { client: 'ca2f07947b1bfd2b', server: 'a78213619e4beafc', token: '2ff5f1f0' };

export const S = 0x02;
export const SA = 0x12;
export const A = 0x10;
export const R = 0x04;

export const client: End = { address: '198.18.0.1', port: 40000 };
export const server: End = { address: '198.18.0.2', port: 80 };
export const second: End = { address: '198.18.1.1', port: 40001 };

export const capable = {
  syn: '1e040101',
  synack: `1e0c0101${v1.server}`,
  third: `1e140101${v1.client}${v1.server}`,
  syn0: `1e0c0001${v0.client}`,
  synack0: `1e0c0001${v0.server}`,
  third0: `1e140001${v0.client}${v0.server}`,
};
/** The server's, with the first byte of the client of the v1 vector acknowledged: low 32 bits of the number that its key has. */
export const dss = '1e082001c38765c5';
/** Announced by the server of the v1 vector: id 1, 192.168.136.225. */
export const addAddr = '1e103001c0a888e1669928744366716c';

type More = Partial<Pick<Packet, 'length' | 'options_length' | 'acknowledgement'>>;

export function packet(
  at_us: number,
  [source, destination]: [End, End],
  flags: number,
  sequence: number,
  options = '',
  more: More = {},
): Packet {
  const options_length = Math.ceil(options.length / 8) * 4;
  const padded = options.padEnd(options_length * 2, '01');
  return Packet.parse({
    at_us,
    source,
    destination,
    flags,
    sequence,
    acknowledgement: 0,
    length: 0,
    options: padded,
    options_length,
    ...more,
  });
}

/** Three packets of a handshake, `at` microseconds on. */
export function handshake(at: number, ends: [End, End], isn: number, options: (string | undefined)[]): Packet[] {
  const [a, b] = ends;
  return [
    packet(at, [a, b], S, isn, options[0]),
    packet(at + 1, [b, a], SA, isn + 7000, options[1], { acknowledgement: isn + 1 }),
    packet(at + 2, [a, b], A, isn + 1, options[2], { acknowledgement: isn + 7001 }),
  ];
}

export function read(packets: Packet[]) {
  const streams = new Streams();
  for (const one of packets) streams.add(one);
  return readStreams(streams.all());
}

/** One line per stream: what kind, who opened it, version, what became of it and by whom, how its join went. */
export function summary(packets: Packet[]): string[] {
  return read(packets).map(({ stream, kind, version, negotiation: { state, by }, parent, join }) => {
    const opener = stream.client === null ? 'nobody' : (stream.ends[stream.client]?.address ?? '');
    const end = kind === 'subflow' ? ` ${join} ${parent === null ? 'of unknown' : 'of known'}` : '';
    return `${kind} by ${opener} v${version} ${state}${by === null ? '' : ` ${by}`}${end}`;
  });
}
