import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { rulesVersion } from '../../../orchestrator/evidence/verdict.ts';
import {
  cases,
  fresh,
  fresh2,
  judge,
  key0,
  key1,
  ours,
  type Row,
  reply,
  v0,
  v0Syn,
  v1,
  v1Syn,
  zero,
} from './replies.ts';

/** Two probes that left with one source port and number, as those of modules before 2026-11 did. */
const shared = { source_port: 41_000, ack: '5c000001', seq: '9d000001' };

/** claim: verdict, rung, rules. */
const rows: Row[] = [
  ['twelve bytes with a fresh key are v1', 1, [v1([key1(fresh)])], 'capable fresh_key v1_twelve_bytes,key_fresh'],
  ['twelve bytes with a fresh key are v0', 0, [v0([key0(fresh)])], 'capable fresh_key v0_twelve_bytes,key_fresh'],
  ['the four bytes of v1 returned are an echo', 1, [v1([v1Syn])], 'echoed_option syn_ack option_echoed'],
  ['four bytes with other flags are still an echo', 1, [v1(['1e040181'])], 'echoed_option syn_ack v1_four_bytes'],
  ['our v0 option returned is an echo', 0, [v0([v0Syn])], 'echoed_option syn_ack option_echoed'],
  ['our v0 key with other flags is an echo', 0, [v0([`1e0c0081${ours}`])], 'echoed_option syn_ack key_echoed'],
  [
    'our key byte by byte reversed is an echo',
    0,
    [v0([key0('8070605040302010')])],
    'echoed_option syn_ack key_byte_swapped',
  ],
  [
    'our key swapped in words is an echo',
    0,
    [v0([key0('4030201080706050')])],
    'echoed_option syn_ack key_byte_swapped',
  ],
  [
    'our key with its halves swapped is an echo',
    0,
    [v0([key0('5060708010203040')])],
    'echoed_option syn_ack key_byte_swapped',
  ],
  [
    'half of our key, then zeros, is an echo',
    0,
    [v0([key0('1020304000000000')])],
    'echoed_option syn_ack key_truncated',
  ],
  ['half of our key, then nothing, is an echo', 0, [v0(['1e08000110203040'])], 'echoed_option syn_ack key_truncated'],
  ['a stub of two bytes spoils a sound option', 1, [v1([key1(fresh), '1e02'])], 'malformed syn_ack option_malformed'],
  ['half of our key behind zeros is an echo', 0, [v0([key0('0000000050607080')])], 'echoed_option syn_ack key_derived'],
  ['our key and one is an echo', 0, [v0([key0('1020304050607081')])], 'echoed_option syn_ack key_derived'],
  ['the complement of our key is an echo', 0, [v0([key0('efdfcfbfaf9f8f7f')])], 'echoed_option syn_ack key_derived'],
  ['a zero key is an echo in v0', 0, [v0([key0(zero)])], 'echoed_option syn_ack key_zero'],
  ['a zero key is an echo in v1', 1, [v1([key1(zero)])], 'echoed_option syn_ack key_zero'],
  [
    'a key of other targets is no key',
    1,
    [v1([key1(fresh)])],
    'echoed_option syn_ack key_constant',
    { sharedTraces: new Set([`constant ${fresh}`]) },
  ],
  [
    'one key for two source ports is no key',
    1,
    [v1([key1(fresh)]), reply('port2', [key1(fresh)])],
    'echoed_option syn_ack key_constant',
  ],
  ['the key of the v0 SYN in a v1 answer is no key', 1, [v1([key1(ours)]), v0([])], 'echoed_option syn_ack key_sent'],
  ['no option is no offer', 1, [v1([])], 'not_offered syn_ack no_option'],
  ['another version is no offer of this one', 1, [v1([key0(fresh)])], 'not_offered syn_ack other_version'],
  ['a RST refuses', 1, [v1([], { classification: 'rst' })], 'refused none rst'],
  ['a RST with MP_TCPRST refuses', 1, [v1(['1e048001'], { classification: 'mp_tcprst' })], 'refused none rst'],
  [
    'an ICMP error says nothing of the host',
    1,
    [v1([], { classification: 'icmp_unreachable' })],
    'unknown none icmp_error',
  ],
  ['no reply is silence', 1, [], 'silent none no_reply'],
  ['a reply to v0 alone leaves v1 silent', 1, [v0([key0(fresh)])], 'silent none no_reply'],
  ['a plain SYN says nothing of either version', 1, [reply('plain', [])], 'silent none no_reply'],
  ['a wrong length is malformed', 1, [v1([`1e140101${fresh}${fresh2}`])], 'malformed syn_ack option_malformed'],
  ['the B flag is malformed', 1, [v1([key1(fresh, '41')])], 'malformed syn_ack option_malformed'],
  ['no crypto flag is malformed', 1, [v1([key1(fresh, '00')])], 'malformed syn_ack option_malformed'],
  ['two MP_CAPABLE are malformed', 1, [v1([key1(fresh), key1(fresh2)])], 'malformed syn_ack option_malformed'],
  [
    'a length of zero is malformed',
    1,
    [v1([], { tcp_options: '020405b41e000101' })],
    'malformed syn_ack option_malformed',
  ],
  [
    'an option cut by the capture is malformed',
    1,
    [v1(['1e0c0101'], { faults: ['truncated'] })],
    'malformed syn_ack option_malformed',
  ],
  [
    'MP_JOIN in answer to MP_CAPABLE is malformed',
    1,
    [v1([`1e101001${fresh}00112233`])],
    'malformed syn_ack other_subtype',
  ],
  [
    'backends that differ are inconsistent',
    1,
    [v1([key1(fresh)]), reply('port2', [])],
    'inconsistent fresh_key replies_differ',
  ],
  [
    'what names a mirror beats a difference',
    1,
    [v1([key1(fresh)]), reply('port2', [v1Syn])],
    'echoed_option syn_ack option_echoed',
  ],
  [
    'a RST beside a SYN/ACK does not refuse',
    1,
    [v1([key1(fresh)]), reply('port2', [], { classification: 'rst' })],
    'capable fresh_key v1_twelve_bytes,key_fresh',
  ],
  [
    'a private address proves nothing of the host',
    1,
    [v1([key1(fresh)])],
    'unknown none address_not_global',
    { scope: 'private' },
  ],
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

const test = suite('verdict');

cases(test, rows);

test('flags are those of the genuine reply, replies are classified again', () => {
  const verdict = judge(1, [v1([key1(fresh, '21')]), reply('port2', [])]);
  assert.is(verdict.flags, '21');
  assert.equal(verdict.replies, ['mp_capable', 'synack_no_option']);
  assert.is(judge(1, [v1([])]).flags, null);
  assert.is(judge(0, [v0([v0Syn])]).flags, '01');
});

test('a verdict carries the version of the rules', () => {
  assert.is(judge(1, [v1([key1(fresh)])]).rules_version, rulesVersion);
});

test.run();
