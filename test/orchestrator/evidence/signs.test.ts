import { suite } from 'uvu';
import { cases, fresh, fresh2, key0, key1, ours, type Row, reply, v0, v0Syn, v1 } from './replies.ts';

/** Two probes that left with one source port and number, as those of modules before 2026-11 did. */
const shared = { source_port: 41_000, ack: '5c000001', seq: '9d000001' };

const unnumbered = { source_port: null, ack: null, seq: null };

/** claim: verdict, rung, rules. */
const rows: Row[] = [
  [
    'a box that fills v1 up and returns v0 as it is echoes in both',
    1,
    [v1([key1(fresh)]), v0([v0Syn])],
    'echoed_option syn_ack echo_in_other_version',
  ],
  [
    'an echo of the other version says nothing where nothing was offered',
    1,
    [v1([]), v0([v0Syn])],
    'not_offered syn_ack no_option',
  ],
  [
    'a constant key in v1 speaks against v0',
    0,
    [v0([key0(fresh)]), v1([key1(fresh2)]), reply('port2', [key1(fresh2)])],
    'echoed_option syn_ack echo_in_other_version',
  ],
  [
    'the grease version agreed to beats a difference',
    1,
    [v1([key1(fresh)]), reply('port2', []), reply('grease', ['1e040f01'])],
    'echoed_option syn_ack grease_copied',
  ],
  [
    'a plain SYN answered with MP_CAPABLE is stamped',
    1,
    [v1([key1(fresh)]), reply('plain', [key1(fresh2)])],
    'echoed_option syn_ack option_unasked',
  ],
  [
    'an MP_JOIN answered with MP_CAPABLE is stamped',
    1,
    [v1([key1(fresh)]), reply('join', [key1(fresh2)])],
    'echoed_option syn_ack option_unasked',
  ],
  [
    'a random MP_JOIN returned is an echo',
    1,
    [v1([key1(fresh)]), reply('join', ['1e0c1001aabbccdd00112233'])],
    'echoed_option syn_ack join_returned',
  ],
  [
    'a random MP_JOIN accepted was never looked up',
    1,
    [v1([key1(fresh)]), reply('join', [`1e101001${fresh2}00112233`])],
    'echoed_option syn_ack random_join_accepted',
  ],
  [
    'our SYN turned round is an echo though its option was filled up',
    1,
    [v1([key1(fresh)], { ip_id: 54321, window: 64240 })],
    'echoed_option syn_ack packet_reflected',
  ],
  [
    'our SYN turned round with no window and its timestamps overwritten is an echo',
    1,
    [v1([key1(fresh)], { ip_id: 54321, window: 0, options_order: 'mss,sackok,nop,nop,nop,nop,mptcp' })],
    'echoed_option syn_ack packet_reflected',
  ],
  [
    'our SYN turned round keeps its segment size: without it the packet is another one',
    1,
    [v1([key1(fresh)], { ip_id: 54321, window: 0, options_order: 'sackok,mptcp' })],
    'capable fresh_key v1_twelve_bytes,key_fresh',
  ],
  [
    "zmap's IP identification under another window is chance",
    1,
    [v1([key1(fresh)], { ip_id: 54321 })],
    'capable fresh_key v1_twelve_bytes,key_fresh',
  ],
  [
    'our window under another IP identification is that of many systems',
    1,
    [v1([key1(fresh)], { window: 64240 })],
    'capable fresh_key v1_twelve_bytes,key_fresh',
  ],
  [
    'another order of options is not our packet',
    1,
    [v1([key1(fresh)], { ip_id: 54321, window: 64240, options_order: 'mptcp,mss' })],
    'capable fresh_key v1_twelve_bytes,key_fresh',
  ],
  [
    'of a record that does not hold our packet, what the module sent is known',
    1,
    [v1([key1(fresh)], { ip_id: 54321, window: 64240, sent_ip_id: null, sent_window: null, sent_options_order: null })],
    'echoed_option syn_ack packet_reflected',
  ],
  [
    'a turned-round SYN without an option offers nothing',
    1,
    [v1([], { ip_id: 54321, window: 64240 })],
    'not_offered syn_ack no_option',
  ],
  [
    'one SYN with two keys is inconsistent',
    1,
    [v1([key1(fresh)]), v1([key1(fresh2)])],
    'inconsistent fresh_key one_syn_two_keys',
  ],
  [
    'a plain SYN/ACK beside an MP_CAPABLE to one SYN is inconsistent',
    1,
    [v1([key1(fresh)]), v1([], { seq: '11111111' })],
    'inconsistent fresh_key replies_differ',
  ],
  [
    'one key for two SYNs of one probe is no key',
    1,
    [v1([key1(fresh)]), v1([key1(fresh)], { source_port: 50_000, ack: '00000001' })],
    'echoed_option syn_ack key_constant',
  ],
  [
    'our sequence number and timestamp as a key are no key',
    1,
    [v1([key1('3b0000000badcafe')], { ack: '3b000001', sent_tsval: '0badcafe' })],
    'echoed_option syn_ack key_related',
  ],
  [
    'our sequence number within a key is no key',
    1,
    [v1([key1('a13b4c5d6e223344')], { sent_seq: '3b4c5d6e' })],
    'echoed_option syn_ack key_related',
  ],
  [
    'our timestamp within a key, read from what came back, is no key',
    1,
    [v1([key1('a1b20badcafe3344')], { tcp_options: `080a111111110badcafe${key1('a1b20badcafe3344')}` })],
    'echoed_option syn_ack key_related',
  ],
  [
    'eight NOPs in the place of a key are a filler',
    1,
    [v1([key1('0101010101010101')])],
    'echoed_option syn_ack key_related',
  ],
  [
    'the complement of our sequence number within a key is no key',
    1,
    [v1([key1('a1c4b3a291223344')], { sent_seq: '3b4c5d6e' })],
    'echoed_option syn_ack key_related',
  ],
  [
    'our sequence number and timestamp turned by some bits are no key',
    1,
    [v1([key1('fe3b4c5d6e0badca')], { sent_seq: '3b4c5d6e', sent_tsval: '0badcafe' })],
    'echoed_option syn_ack key_related',
  ],
  ['our key turned by four bits is no key', 0, [v0([key0('0203040506070801')])], 'echoed_option syn_ack key_related'],
  ['the digest of our key is no key', 0, [v0([key0('c861d0c2ad331838')])], 'echoed_option syn_ack key_related'],
  [
    'two keys of a program that does not say which SYN they answer may answer two',
    1,
    [v1([key1(fresh)], unnumbered), v1([key1(fresh2)], unnumbered)],
    'capable fresh_key v1_twelve_bytes,key_fresh',
  ],
  [
    'one key in answer to both versions is constant, though the SYNs had one number',
    0,
    [v1([key1(fresh)], shared), v0([key0(fresh)], { ...shared, seq: '22222222' })],
    'echoed_option syn_ack echo_in_other_version,key_constant',
  ],
  [
    'our key and a constant of the run are no key',
    0,
    [v0([key0(fresh)])],
    'echoed_option syn_ack key_related',
    { sharedTraces: new Set([`our_key_xor ${(BigInt(`0x${fresh}`) ^ BigInt(`0x${ours}`)).toString(16)}`]) },
  ],
  [
    "the repeat of another probe's answer is no answer",
    0,
    [v1([key1(fresh)], shared), v0([key1(fresh)], { ...shared, received_at: '2026-11-22T10:00:09.000000Z' })],
    'unknown none answer_repeated',
  ],
  [
    'the answer that is repeated counts, once',
    1,
    [v1([key1(fresh)], shared), v0([key1(fresh)], { ...shared, received_at: '2026-11-22T10:00:09.000000Z' })],
    'capable fresh_key v1_twelve_bytes,key_fresh',
  ],
  [
    'a plain SYN/ACK repeated to a later v1 SYN of the same number does not say no',
    1,
    [v0([], shared), v1([], { ...shared, received_at: '2026-11-22T10:00:09.000000Z' })],
    'unknown none answer_repeated',
  ],
  [
    'two SYN/ACKs with numbers of their own are two answers, though the SYNs had one',
    0,
    [v1([key1(fresh)], shared), v0([], { ...shared, seq: '22222222', received_at: '2026-11-22T10:00:09.000000Z' })],
    'not_offered syn_ack no_option',
  ],
  [
    'two MP_CAPABLE of which one is whole and one breaks the format differ',
    1,
    [v1([key1(fresh)]), reply('port2', [key1(fresh2, '41')])],
    'inconsistent fresh_key replies_differ',
  ],
];

const test = suite('signs of an echo');

cases(test, rows);

test.run();
