import type { End, Packet } from '../../../orchestrator/connection/packet.ts';
import { joinHmac, token } from '../../../orchestrator/mptcp/keys.ts';
import { A, capable, client, handshake, packet, S, SA, second, server, v0, v1 } from '../connection/packets.ts';

const up: [End, End] = [client, server];
const down: [End, End] = [server, client];
const P = 0x18;

export const mapping = (sequence: number, ssn: number, length: number, ack = 1) =>
  `1e142005${hex(ack)}${hex(sequence)}${hex(ssn)}${hex(length).slice(4)}0000`;
const acknowledges = (ack: number) => `1e082001${hex(ack)}`;
const hex = (n: number) => (n >>> 0).toString(16).padStart(8, '0');

/** A whole session of one version by two subflows; `what` changes it. */
export function session(
  version: 0 | 1,
  what: { wrong?: 'synack' | 'ack'; backwards?: boolean; unacknowledged?: boolean; noThird?: boolean } = {},
): Packet[] {
  const keys = version === 0 ? v0 : v1;
  const options =
    version === 0 ? [capable.syn0, capable.synack0, capable.third0] : [capable.syn, capable.synack, capable.third];
  const [opener, other] = what.backwards ? (['server', 'client'] as const) : (['client', 'server'] as const);
  const [from, to] = [
    { key: keys[opener], nonce: '96a3c294' },
    { key: keys[other], nonce: '0f0cc049' },
  ];
  const wanted = token(keys[other], version);
  const right = { synack: joinHmac(to, from, version).slice(0, 16), ack: joinHmac(from, to, version).slice(0, 40) };
  const wrong = (text: string) => `${text.slice(0, -2)}${text.endsWith('00') ? '01' : '00'}`;
  const hmac = { ...right, ...(what.wrong === undefined ? {} : { [what.wrong]: wrong(right[what.wrong]) }) };
  const path: [End, End] = what.backwards
    ? [
        { ...server, port: 50_000 },
        { ...client, port: 50_001 },
      ]
    : [second, server];
  const back: [End, End] = [path[1], path[0]];
  return [
    ...handshake(0, up, 1000, options),
    packet(10, up, P, 1001, mapping(100, 1, 50), { length: 50, acknowledgement: 8001 }),
    packet(11, down, A, 8001, acknowledges(150), { acknowledgement: 1051 }),
    packet(20, path, S, 5000, `1e0c1002${wanted}96a3c294`),
    packet(21, back, SA, 6000, `1e101003${hmac.synack}0f0cc049`, { acknowledgement: 5001 }),
    ...(what.noThird ? [] : [packet(22, path, A, 5001, `1e181000${hmac.ack}`, { acknowledgement: 6001 })]),
    packet(23, path, P, 5001, mapping(150, 1, 70), { length: 70, acknowledgement: 6001 }),
    ...(what.unacknowledged ? [] : [packet(24, back, A, 6001, acknowledges(220), { acknowledgement: 5071 })]),
  ];
}
