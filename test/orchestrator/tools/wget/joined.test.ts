import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import type { End, Packet } from '../../../../orchestrator/connection/packet.ts';
import { joinHmac } from '../../../../orchestrator/mptcp/keys.ts';
import { outsideOf } from '../../../../orchestrator/tools/wget/join.ts';
import { joinedFields, type Unjoined } from '../../../../orchestrator/tools/wget/joined.ts';
import { JoinRun } from '../../../../orchestrator/tools/wget/raw.ts';
import { A, capable, client, handshake, packet, R, read, S, SA, second, server, v1 } from '../../connection/packets.ts';

const test = suite('what became of an announced address');

const announced: End = { address: '198.18.2.9', port: 80 };
const up: [End, End] = [second, announced];
const down: [End, End] = [announced, second];
const [ours, theirs] = ['00000001', '00000002'];
const hmac = joinHmac({ key: v1.server, nonce: theirs }, { key: v1.client, nonce: ours }, 1).slice(0, 16);
const syn = packet(10, up, S, 500, `1e0c1001${v1.token}${ours}`);
const answer = (of: string) => packet(11, down, SA, 900, `1e101001${of}${theirs}`, { acknowledgement: 501 });

const opened = handshake(0, [client, server], 1000, [capable.syn, capable.synack, capable.third]);
const cut = handshake(0, [client, server], 1000, [capable.syn, capable.synack, undefined]);

const asked = {
  ...{ address: server.address, port: 80, held_port: client.port, token: '01020304', id: 1 },
  ...{ announced: announced.address, announced_port: 80, decision: 'asked', errno: 0 },
  ...{ from_address: second.address, from_port: second.port, began: '1.000000000' },
  ...{ made: false, reset_reason: null, ended_by: 'limit' },
};

interface Given {
  packets?: Packet[];
  run?: object | null;
  connection?: Packet[];
  one?: Partial<Unjoined>;
}

/** Its fields in a line. */
function fate({ packets = [], run = {}, connection = opened, one = {} }: Given): string {
  const streams = read([...connection, ...packets]).map(({ stream }) => stream);
  const [held, ...joins] = streams;
  const unjoined: Unjoined = {
    ...{ address_id: 1, address: announced.address, port: null, scope: 'global', hmac: 'valid' },
    ...{ hmac_form: 'rightmost64', count: 1, seen_on: ['held'] },
    ...one,
  };
  const raw = {
    address: server.address,
    port: 80,
    host: null,
    run: null,
    streams: [],
    held: held ? [held] : [],
    joins,
  };
  const runs = run === null ? [] : [JoinRun.parse({ ...asked, ...run })];
  const { joined, joined_missing, join_failure, join_reset_reason } = joinedFields(unjoined, {
    ...raw,
    join_runs: runs,
  });
  return [joined ?? joined_missing, join_failure, join_reset_reason].filter((word) => word !== null).join(' ');
}

const reset = (options = '') => packet(11, down, R | A, 0, options, { acknowledgement: 501 });
const fates: [sentence: string, given: Given, fate: string][] = [
  [
    'an HMAC that our kernel and the packets verify is a join',
    { packets: [syn, answer(hmac)], run: { made: true, ended_by: 'us' } },
    'true',
  ],
  [
    'one that our kernel had no time to take is none',
    { packets: [syn, answer(hmac)], run: { ended_by: 'close' } },
    'false cut_short',
  ],
  [
    'an HMAC of somebody else is none, whatever our kernel says',
    { packets: [syn, answer('0'.repeat(16))], run: { made: true } },
    'false hmac',
  ],
  ['without our own key nobody can tell', { packets: [syn, answer(hmac)], connection: cut }, 'not_captured'],
  [
    'a SYN/ACK without MP_JOIN is somebody else',
    { packets: [syn, packet(11, down, SA, 900, '', { acknowledgement: 501 })] },
    'false no_option',
  ],
  [
    'also one that was reset afterwards',
    { packets: [syn, packet(11, down, SA, 900, '', { acknowledgement: 501 }), packet(12, up, R, 501)] },
    'false no_option',
  ],
  ['a bare RST refuses', { packets: [syn, reset()], run: { ended_by: 'there' } }, 'false refused'],
  [
    'one with a reason resets, and the reason is kept',
    { packets: [syn, reset('1e048001')], run: { ended_by: 'there' } },
    'false reset 1',
  ],
  ['our own RST is no answer', { packets: [syn, packet(12, up, R, 501, '1e048005')] }, 'false timeout'],
  ['silence is a timeout', { packets: [syn] }, 'false timeout'],
  ['silence until the connection was over is none', { packets: [syn], run: { ended_by: 'close' } }, 'false cut_short'],
  ['nor until the owner opted out', { packets: [syn], run: { ended_by: 'opt_out' } }, 'false cut_short'],
  ['an ICMP error is no timeout', { packets: [syn], run: { errno: 113, ended_by: 'there' } }, 'false unreachable'],
  ['a SYN that was not captured says nothing', {}, 'not_captured'],
  [
    'nor does one from another port',
    { packets: [syn, answer(hmac)], run: { from_port: 2, made: true } },
    'not_captured',
  ],
  [
    'who was not asked was not, and says why',
    { run: { decision: 'blocked', from_port: null, made: null, ended_by: null } },
    'blocked',
  ],
  ['what our kernel told nobody of was not heard', { run: null }, 'not_heard'],
  [
    'what was announced to wget alone is nobody to join',
    { packets: [syn, answer(hmac)], run: { made: true }, one: { seen_on: ['page'] } },
    'not_asked',
  ],
  [
    'another port is another announcement',
    { packets: [syn, answer(hmac)], run: { made: true }, one: { port: 8080 } },
    'not_heard',
  ],
  [
    'the port of the connection is that of an announcement without one',
    { packets: [syn, answer(hmac)], run: { made: true }, one: { port: 80 } },
    'true',
  ],
  [
    'another identifier is another announcement',
    { packets: [syn, answer(hmac)], run: { made: true }, one: { address_id: 2 } },
    'not_heard',
  ],
];
for (const [sentence, given, expected] of fates) test(sentence, () => assert.is(fate(given), expected));

const places: [address: string, open: boolean, lab: boolean][] = [
  ['198.18.0.1', false, true],
  ['198.19.255.255', false, true],
  ['198.20.0.0', true, false],
  ['8.8.8.8', true, false],
  ['10.1.2.3', false, false],
  ['2001:db8::1', false, true],
  ['2606:4700::1', true, false],
  ['::ffff:8.8.8.8', false, false],
  ['64:ff9b::808:808', false, false],
  ['fe80::1', false, false],
];
test('nobody who is not global is asked, nor in a lab anybody outside', () => {
  const sets = [false, true].map((lab) =>
    outsideOf(
      Config.parse({ lab, lab_ranges: ['198.18.0.0/15', '2001:db8::/32'], targets: { prefixes: ['198.18.0.0/16'] } }),
    ),
  );
  const asked_ = places.map(([address]) => [address, ...sets.map((set) => !set.contains(address))]);
  assert.equal(asked_, places);
});

test.run();
