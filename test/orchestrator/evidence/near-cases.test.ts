import { createHash, createHmac } from 'node:crypto';
import { suite } from 'uvu';
import { cases, fresh, fresh2, key0, key1, ours, type Row, reply, v0, v1, v1Syn } from './replies.ts';

/** Boxes and programs that are near to those of the other tables, and fell on the wrong side once. */

const shared = { source_port: 41_000, ack: '5c000001' };
const later = { received_at: '2026-11-22T10:00:09.000000Z' };
const unnumbered = { source_port: null, ack: null, seq: null };
const made = 'echoed_option syn_ack key_related';
const capable = 'capable fresh_key v1_twelve_bytes,key_fresh';
const words = { sent_seq: '3b4c5d6e', sent_tsval: '9badcafe' };
const digest = createHash('sha1').update(Buffer.from(ours, 'hex')).digest('hex');
const asked7 = { probe: 'v7', sent_version: 7, sent_option: '1e040701' };
const canary = { tcp_options: 'fd08112233445566', faults: ['canary_returned'] };
const hmac = (name: string, of: string) =>
  createHmac(name, Buffer.from(ours, 'hex')).update(Buffer.from(of, 'hex')).digest('hex').slice(0, 16);
const hex = (value: bigint) => BigInt.asUintN(64, value).toString(16).padStart(16, '0');
const mask = (1n << 64n) - 1n;
/** What a machine of the other byte order makes of a key. */
const other = (key: string) => Buffer.from(key, 'hex').reverse().toString('hex');
const plus = (key: string, more: bigint) => hex((BigInt(`0x${key}`) + more) & mask);
const xor = (key: string, by: bigint) => hex(BigInt(`0x${key}`) ^ by);
/** A box that treats the key of each SYN alike. The bytes of these stand in no order. */
const alike = (make: (key: string) => string) =>
  [
    ['v0', 'c3a1f27b9d405e68'],
    ['port2v0', '5be10c9477d2f83a'],
  ].map(([probe = '', key = '']) => reply(probe, [key0(make(key))], { sent_key: key, sent_option: key0(key) }));
/** Two SYNs of v1, each with its key. */
const two = (one: string, next: string) => [
  v1([key1(one)]),
  reply('port2', [key1(next)], { sent_option: v1Syn, source_port: 41_007, ack: '5c000009' }),
];
const fresh12 = 'capable fresh_key v1_twelve_bytes,key_fresh,key_changes';
/** A box that keeps the beginning of the key of each SYN. */
const part = () => {
  const tails = ['9b1f44e207', '3c70d885ae'];
  return alike((key) => key.slice(0, 6) + (tails.shift() ?? ''));
};
/** The numbers of a SYN/ACK, and its clock, as the answers of `reply` have them. */
const own = { seq: '7a31c504', ack: '3b4c5d6f', tcp_options: '' };
const withKey = (key: string) => v1([key1(key)], { ...own, tcp_options: `080a1122334455667788${key1(key)}` });
const turned = (0x3b4c5d6e9badcafen << 5n) | (0x3b4c5d6e9badcafen >> 59n);

const rows: Row[] = [
  ['a filler of NOPs is no key', 1, [v1([key1('0101010101010101')])], made],
  ['six equal bytes of eight are a filler, five are chance', 1, [v1([key1('2a2a2a2a2a010203')])], capable],
  ['the beginning of a digest of our key is no key', 0, [v0([key0(digest.slice(0, 16))])], made],
  ['the end of a digest of our key is no key', 0, [v0([key0(digest.slice(-16))])], made],
  ['the bits of our key read backwards are no key', 0, [v0([key0('010e060a020c0408')])], made],
  ['the bits of each byte of it read backwards are no key', 0, [v0([key0('08040c020a060e01')])], made],
  ['its digits read backwards are no key', 0, [v0([key0('0807060504030201')])], made],
  ['the complement of its digits read backwards is no key', 0, [v0([key0('f7f8f9fafbfcfdfe')])], made],
  ['an HMAC by our key is no key', 0, [v0([key0(hmac('sha256', ''))])], made],
  ['an HMAC by our key of our key is no key', 0, [v0([key0(hmac('sha1', ours))])], made],
  ['its digits exchanged within each byte are no key', 0, alike((key) => key.replace(/(.)(.)/g, '$2$1')), made],
  ['our key shifted by three bits is no key', 0, [v0([key0(hex(BigInt(`0x${ours}`) >> 3n))])], made],
  ['our key shifted the other way is no key', 0, [v0([key0(hex(BigInt(`0x${ours}`) << 9n))])], made],
  ['the halves of its own number exchanged within a key are no key', 1, [withKey('c5047a319a8b7c6d')], made],
  ['the bytes of each half of its own number within a key are no key', 1, [withKey('9a8b7c6d317a04c5')], made],
  ['its next number within a key is no key', 1, [withKey('7a31c5059a8b7c6d')], made],
  ['keys of a counter are none', 1, two('8a3f57c21b940e6d', '8a3f57c21b940e71'), made],
  ['keys that are 32 random bits behind zeros are none', 1, two('000000001b940e6d', '00000000c93a5577'), made],
  ['keys with five bytes of eight in common are none', 1, two('8a3f57c21b940e6d', '8a3fe9c2d2947f6d'), made],
  ['keys with four bytes of eight in common are chance', 1, two('8a3f57c21b940e6d', '8a3fe9c2d2947fa1'), fresh12],
  ['three bytes of our key with random ones behind are no key', 0, part(), made],
  [
    'our key with the bytes of each word exchanged, xor a constant, is no key',
    0,
    alike((key) => xor(key.replace(/(..)(..)/g, '$2$1'), 0x123456789abcdefn)),
    made,
  ],
  [
    'our key read by the other byte order, xor a constant, is no key',
    0,
    alike((key) => xor(other(key), 0x123456789abcdefn)),
    made,
  ],
  [
    'our key read by the other byte order, and a constant, is no key',
    0,
    alike((key) => plus(other(key), 0x9123456789abcdefn)),
    made,
  ],
  [
    'a constant added by the other byte order is no key',
    0,
    alike((key) => other(plus(other(key), 0x123456789abcdefn))),
    made,
  ],
  ['the number of its own SYN/ACK, twice, is no key', 1, [withKey('7a31c5047a31c504')], made],
  ['the complement of that number within a key is no key', 1, [withKey('0a85ce3afb223344')], made],
  ['what it acknowledges within a key is no key', 1, [withKey('3b4c5d6f91827364')], made],
  ['its own clock within a key is no key', 1, [withKey('9182736411223344')], made],
  ['our option, twice, is no key', 1, [withKey(`${v1Syn}${v1Syn}`)], made],
  ['three bytes of a number are chance', 1, [withKey('7a31c59991827364')], capable],
  ['our key turned by a bit is no key', 0, [v0([key0(hex(BigInt(`0x${ours}`) << 1n))])], made],
  ['our words turned by some bits are no key', 1, [v1([key1(hex(turned))], words)], made],
  ['the complement of our words, turned, is no key', 1, [v1([key1(hex(~turned))], words)], made],
  [
    'our words turned, each reversed, are no key',
    1,
    [v1([key1(hex(turned))], { sent_seq: '6e5d4c3b', sent_tsval: 'fecaad9b' })],
    made,
  ],
  ['the complement of our number within a key is no key', 1, [v1([key1('a1c4b3a291223344')], words)], made],
  [
    'a program that asks for a version of its own is answered with v1',
    1,
    [v1([key1(fresh)]), reply('grease', [key1(fresh2)], asked7)],
    'capable fresh_key v1_twelve_bytes,key_fresh,key_changes',
  ],
  [
    'a program whose own version comes back met a mirror',
    1,
    [v1([key1(fresh)]), reply('grease', ['1e040701'], asked7)],
    'echoed_option syn_ack grease_copied',
  ],
  [
    'a canary that comes back without MPTCP speaks against what was offered',
    1,
    [v1([key1(fresh)]), reply('canary', [], canary)],
    'echoed_option syn_ack canary_returned',
  ],
  [
    'a program that numbers nothing may have sent two SYNs',
    1,
    [v1([key1(fresh)], unnumbered), v1([key1(fresh2)], unnumbered)],
    capable,
  ],
  [
    'keys of unnumbered SYNs of two probes change',
    0,
    [v0([key0(fresh)], unnumbered), reply('port2v0', [key0(fresh2)], unnumbered)],
    'capable second_opinion v0_twelve_bytes,key_fresh,v0_key_changes',
  ],
  [
    'a reply without the number of its SYN is no repeat',
    0,
    [v1([], { ...unnumbered, seq: '00000000' }), v0([], { ...unnumbered, seq: '00000000' })],
    'not_offered syn_ack no_option',
  ],
  [
    'one key for two SYNs of one number, each with a SYN/ACK of its own, is no key',
    1,
    [v1([key1(fresh)], { ...shared, seq: '00000001' }), v0([key0(fresh)], { ...shared, ...later, seq: '00000002' })],
    'echoed_option syn_ack echo_in_other_version,key_constant',
  ],
  [
    'a repeat whose window changed and options went says nothing of another version',
    0,
    [
      v1([key1(fresh)], { ...shared, seq: '00000001' }),
      v0([key1(fresh)], { ...shared, ...later, seq: '00000001', window: 1, options_order: 'mss,mptcp' }),
    ],
    'unknown none answer_repeated',
  ],
  [
    'an echo to the second port alone speaks against v0',
    0,
    [v0([key0(fresh)]), v1([]), reply('port2', [v1Syn])],
    'echoed_option syn_ack echo_in_other_version',
  ],
  [
    'an echo to the canary alone speaks against v1',
    1,
    [v1([key1(fresh)]), reply('canary', [v1Syn])],
    'echoed_option syn_ack option_echoed',
  ],
  [
    'an echo in a connection speaks against v0',
    0,
    [v0([key0(fresh)])],
    'echoed_option syn_ack echo_in_other_version',
    {
      handshake: {
        connected: true,
        syn_option: v1Syn,
        synack_option: v1Syn,
        fallback: true,
        announced: [],
        mp_join_verified: 0,
      },
    },
  ],
  [
    'an echo of the grease version speaks against v0',
    0,
    [v0([key0(fresh)]), reply('grease', ['1e040f01'])],
    'echoed_option syn_ack echo_in_other_version,grease_copied',
  ],
  [
    'ICMP beside a SYN/ACK takes nothing back',
    1,
    [v1([key1(fresh)]), v1([], { classification: 'icmp_unreachable', seq: null })],
    capable,
  ],
  [
    'a RST and a SYN/ACK to one SYN are a SYN/ACK',
    1,
    [v1([key1(fresh)]), v1([], { classification: 'rst', seq: '00000000' })],
    capable,
  ],
  [
    'a server of v0 alone that answers v1 with v0 offers v0',
    0,
    [v0([key0(fresh)]), v1([key0(fresh2)])],
    'capable fresh_key v0_twelve_bytes,key_fresh',
  ],
  ['flags for checksums and load balancers are no fault', 1, [v1([key1(fresh, 'a1')])], capable],
  [
    'IPv6 has no identification to compare',
    1,
    [v1([key1(fresh)], { ip_id: null, sent_ip_id: null, window: 64240 })],
    capable,
  ],
];

const test = suite('near cases');

cases(test, rows);

test.run();
