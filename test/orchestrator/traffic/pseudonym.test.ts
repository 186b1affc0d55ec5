import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { End, Packet } from '../../../orchestrator/connection/packet.ts';
import { makingOf } from '../../../orchestrator/traffic/making.ts';
import { Pseudonyms } from '../../../orchestrator/traffic/records/pseudonym.ts';
import { sharedBits } from '../../shared-bits.ts';
import { capable, client, dss, handshake, packet, second, server, v1 } from '../connection/packets.ts';
import { readingOf } from './records.ts';
import { session } from './session-packets.ts';

const test = suite('pseudonyms');

/** The key of the sample that the authors of Crypto-PAn publish with their program. */
const sample = Buffer.from([
  21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16, 216, 152, 143, 131, 121, 121, 101, 39, 98, 87,
  76, 45, 42, 132, 34, 2,
]);

const vectors: [address: string, pseudonym: string][] = [
  ['128.11.68.132', '135.242.180.132'],
  ['129.118.74.4', '134.136.186.123'],
  ['130.132.252.244', '133.68.164.234'],
  ['141.223.7.43', '141.167.8.160'],
  ['141.233.145.108', '141.129.237.235'],
];

test("the pseudonyms of the authors' sample are theirs", () => {
  const { name } = new Pseudonyms(sample);
  for (const [address, pseudonym] of vectors) assert.is(name(address, true), pseudonym, address);
});

const neighbours = [
  ['198.18.0.1', '198.18.0.0', '198.18.0.129', '198.18.128.1', '198.19.0.1', '70.18.0.1', '199.18.0.1'],
  ['2001:db8::1', '2001:db8::', '2001:db8:0:0:8000::1', '2001:db8:1::1', '2001:db9::1', 'fd00::1'],
];

test('two addresses share as many leading bits as their pseudonyms, in both families', () => {
  const { name } = new Pseudonyms(sample);
  for (const family of neighbours) {
    for (const a of family) {
      for (const b of family) assert.is(sharedBits(name(a, true), name(b, true)), sharedBits(a, b), `${a} ${b}`);
    }
  }
});

test('servers keep their addresses, and another key gives other pseudonyms', () => {
  const { name } = new Pseudonyms(sample);
  const other = new Pseudonyms(Buffer.alloc(32, 7));
  assert.is(name('198.18.0.1', false), '198.18.0.1');
  assert.is(name('198.18.0.1', true), name('198.18.0.1', true), 'the same each time');
  assert.is.not(name('198.18.0.1', true), other.name('198.18.0.1', true));
});

const down: [End, End] = [server, client];
const hidden: [fact: string, packets: Packet[]][] = [
  ['a session, its join from another address', session(1)],
  ['a join that the server opened towards the client', session(1, { backwards: true })],
  ['joins without their connection, either way', [...session(1).slice(5), ...session(0, { backwards: true }).slice(5)]],
  ['a stream whose opener nobody knows', [packet(0, down, 0x10, 1, dss, { length: 10 })]],
  [
    'an address that the client announces',
    [
      ...handshake(0, [client, server], 1000, [capable.syn, capable.synack, capable.third]),
      packet(9, [client, server], 0x10, 1001, '1e103002c61201010000000000000000'),
    ],
  ],
];

test('no address of a client stands in any record', async () => {
  for (const [fact, packets] of hidden) {
    const plain = (await readingOf(packets)).lines.join();
    const { lines, endpoints } = await readingOf(packets, { making: makingOf(true) });
    const text = `${lines.join()}${JSON.stringify(endpoints)}`;
    for (const { address } of [client, second]) assert.not.ok(text.includes(`"${address}"`), `${fact}: ${address}`);
    assert.ok(plain.includes(`"${client.address}"`) || plain.includes(`"${second.address}"`), fact);
    assert.not.match(text, new RegExp(`${v1.client}|${v1.server}|${v1.token}`), `${fact}: keys`);
  }
  const { subflows } = await readingOf(session(1, { backwards: true }), { making: makingOf(true) });
  assert.equal(
    subflows.map(({ client_address, server_address }) => [
      client_address === server.address,
      server_address === server.address,
    ]),
    [
      [false, true],
      [true, false],
    ],
    'the server keeps its address, on whichever side of a subflow it stands',
  );
});

test.run();
