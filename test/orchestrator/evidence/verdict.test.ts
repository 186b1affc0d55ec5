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
