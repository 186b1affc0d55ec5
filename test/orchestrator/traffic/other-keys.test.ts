import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Packet } from '../../../orchestrator/connection/packet.ts';
import { A, capable, client, packet, S, SA, server, v0, v1 } from '../connection/packets.ts';
import { readingOf } from './records.ts';
import { session } from './session-packets.ts';

const test = suite('handshakes in which a key was sent again as another one');

const stale = '0102030405060708';
const at = (time: number, one: Packet): Packet => ({ ...one, at_us: time });

/** A session of which the handshake has these packets more, in front. */
function begins(version: 0 | 1, more: Packet[]): Packet[] {
  return [...more, ...session(version).map((one) => at(one.at_us + 100, one))];
}
const synWith = (key: string) => packet(1, [client, server], S, 1000, `1e0c0001${key}`);
const synackWith = (version: 0 | 1, key: string) =>
  packet(2, [server, client], SA, 8000, `1e0c0${version}01${key}`, { acknowledgement: 1001 });
const syn1 = packet(1, [client, server], S, 1000, capable.syn);

const cases: [what: string, packets: Packet[], version: 0 | 1][] = [
  ['the SYN of v0, before it was answered', begins(0, [synWith(stale)]), 0],
  ['the SYN/ACK of v1', begins(1, [syn1, synackWith(1, stale)]), 1],
  ['the SYN/ACK of v0', begins(0, [synWith(v0.client), synackWith(0, stale)]), 0],
  ['both of v0', begins(0, [synWith(stale), synackWith(0, stale)]), 0],
];
for (const [what, packets, version] of cases) {
  test(`${what}: the keys are those that the third ACK has, and the join verifies`, async () => {
    const { connections, subflows } = await readingOf(packets);
    const [one, ...others] = connections;
    const keys = version === 0 ? v0 : v1;
    assert.is(others.length, 0);
    assert.equal([one?.client_key, one?.server_key], [keys.client, keys.server]);
    assert.equal([one?.joins, one?.joins_verified, one?.functional], [1, 1, true]);
    const join = subflows.find(({ kind }) => kind === 'join');
    assert.equal([join?.synack_hmac, join?.ack_hmac], ['valid', 'valid']);
  });
}

test('a SYN of v0 that was sent again with another key has the answered one, without a third ACK', async () => {
  const packets = [
    synWith(stale),
    at(5, synWith(v0.client)),
    at(6, synackWith(0, v0.server)),
    packet(7, [client, server], A, 1001, '', { acknowledgement: 8001 }),
  ];
  const { connections } = await readingOf(packets);
  assert.equal([connections[0]?.client_key, connections[0]?.server_key], [v0.client, v0.server]);
});

test('of a SYN/ACK that was sent again, answer, version and round trip are those of one packet each', async () => {
  const again = (time: number, option: string) =>
    packet(time, [server, client], SA, 8000, option, { acknowledgement: 1001 });
  const [third] = session(1).slice(2, 3);
  const taken = [syn1, again(2, ''), again(1002, capable.synack), ...(third === undefined ? [] : [at(1003, third)])];
  const { connections, subflows } = await readingOf(taken);
  assert.equal([connections[0]?.answer, connections[0]?.version], ['mp_capable', 1]);
  assert.is(subflows[0]?.syn_rtt_us, 1);
  const plain = packet(1003, [client, server], A, 1001, '', { acknowledgement: 8001 });
  const dropped = await readingOf([syn1, again(2, capable.synack), again(1002, ''), plain]);
  assert.equal(
    [dropped.connections[0]?.answer, dropped.connections[0]?.state, dropped.connections[0]?.fell_back_by],
    ['synack_no_option', 'fell_back', 'server'],
  );
});

test.run();
