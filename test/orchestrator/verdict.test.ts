import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConstantKeys } from '../../orchestrator/constant-keys.ts';
import type { Evidence, HandshakeEvidence, ScanEvidence } from '../../orchestrator/evidence.ts';
import { judgeHost } from '../../orchestrator/verdict.ts';

const ours = '1020304050607080';
const fresh = 'a1b2c3d4e5f60718';
const fresh2 = '5a5b5c5d5e5f6061';
const zero = '0'.repeat(16);
const v1Syn = '1e040101';
const v0Syn = `1e0c0001${ours}`;

/** A reply to one probe; the module's word matters only for RST and ICMP, so SYN/ACKs are given a wrong one on purpose. */
function reply(probe: string, mptcp: string[], more: Partial<ScanEvidence> = {}): ScanEvidence {
  const sent = {
    v1: { sent_version: 1, sent_option: v1Syn, sent_key: null },
    port2: { sent_version: 1, sent_option: v1Syn, sent_key: null },
    canary: { sent_version: 1, sent_option: v1Syn, sent_key: null },
    grease: { sent_version: 15, sent_option: '1e040f01', sent_key: null },
    v0: { sent_version: 0, sent_option: v0Syn, sent_key: ours },
    join: { sent_version: null, sent_option: '1e0c1001aabbccdd00112233', sent_key: null },
    plain: { sent_version: null, sent_option: null, sent_key: null },
  }[probe];
  if (sent === undefined) throw new Error(`no probe ${probe}`);
  const classification = 'mp_capable';
  return { probe, classification, options_mptcp: mptcp, tcp_options: null, faults: [], ...sent, ...more };
}

const v1 = (mptcp: string[], more: Partial<ScanEvidence> = {}) => reply('v1', mptcp, more);
const v0 = (mptcp: string[], more: Partial<ScanEvidence> = {}) => reply('v0', mptcp, more);
const key1 = (key: string, flags = '01') => `1e0c01${flags}${key}`;
const key0 = (key: string) => `1e0c0001${key}`;

const connection: HandshakeEvidence = {
  connected: true,
  syn_option: v1Syn,
  synack_option: key1(fresh2),
  fallback: false,
  announced: [],
  mp_join_verified: 0,
};
const announced = {
  address_id: 1,
  address: '198.18.0.9',
  port: null,
  scope: 'global',
  hmac_form: null,
  count: 1,
} as const;

type Row = [sentence: string, version: 0 | 1, scans: ScanEvidence[], claim: string, more?: Partial<Evidence>];

/** claim: verdict, rung, rules. */
const rows: Row[] = [
  ['twelve bytes with a fresh key are v1', 1, [v1([key1(fresh)])], 'capable fresh_key v1_twelve_bytes,key_fresh'],
  ['twelve bytes with a fresh key are v0', 0, [v0([key0(fresh)])], 'capable fresh_key v0_twelve_bytes,key_fresh'],
  ['the four bytes of v1 returned are an echo', 1, [v1([v1Syn])], 'echoed_option syn_ack v1_four_bytes,option_echoed'],
  ['four bytes with other flags are still an echo', 1, [v1(['1e040181'])], 'echoed_option syn_ack v1_four_bytes'],
  ['our v0 option returned is an echo', 0, [v0([v0Syn])], 'echoed_option syn_ack option_echoed,key_echoed'],
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
  ['a zero key is an echo in v0', 0, [v0([key0(zero)])], 'echoed_option syn_ack key_zero'],
  ['a zero key is an echo in v1', 1, [v1([key1(zero)])], 'echoed_option syn_ack key_zero'],
  [
    'a key of other targets is no key',
    1,
    [v1([key1(fresh)])],
    'echoed_option syn_ack key_constant',
    { constantKeys: new Set([fresh]) },
  ],
  [
    'one key for two source ports is no key',
    1,
    [v1([key1(fresh)]), reply('port2', [key1(fresh)])],
    'echoed_option syn_ack key_constant',
  ],
  [
    'the key of the v0 SYN in a v1 answer is no key',
    1,
    [v1([key1(ours)]), v0([])],
    'echoed_option syn_ack key_constant',
  ],
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
    'a mirror before one of two backends is inconsistent',
    1,
    [v1([key1(fresh)]), reply('port2', [v1Syn])],
    'inconsistent fresh_key replies_differ',
  ],
  [
    'a RST beside a SYN/ACK does not refuse',
    1,
    [v1([key1(fresh)]), reply('port2', [], { classification: 'rst' })],
    'capable fresh_key v1_twelve_bytes,key_fresh',
  ],
  [
    'two keys for two ports are a second opinion',
    1,
    [v1([key1(fresh)]), reply('port2', [key1(fresh2)])],
    'capable second_opinion v1_twelve_bytes,key_fresh,key_changes',
  ],
  [
    'a grease SYN answered with v1 is a second opinion',
    1,
    [v1([key1(fresh)]), reply('grease', [key1(fresh2)])],
    'capable second_opinion v1_twelve_bytes,key_fresh,key_changes,grease_answered_v1',
  ],
  [
    'a grease SYN without answer changes nothing',
    1,
    [v1([key1(fresh)]), reply('grease', [])],
    'capable fresh_key v1_twelve_bytes,key_fresh',
  ],
  ['a grease SYN answered alone leaves silence', 1, [reply('grease', [])], 'silent none no_reply'],
  [
    'a mirror agrees to the grease version',
    1,
    [v1([v1Syn]), reply('grease', ['1e040f01'])],
    'echoed_option syn_ack v1_four_bytes,option_echoed,grease_copied',
  ],
  [
    'a returned canary makes the key doubtful',
    1,
    [
      v1([key1(fresh)]),
      reply('canary', [key1(fresh2)], { tcp_options: `${key1(fresh2)}fd08112233445566`, faults: ['canary_returned'] }),
    ],
    'echoed_option syn_ack canary_returned',
  ],
  [
    'a returned canary without MPTCP is no offer',
    1,
    [v1([]), reply('canary', [], { tcp_options: 'fd08112233445566', faults: ['canary_returned'] })],
    'not_offered syn_ack no_option',
  ],
  [
    'a dropped canary is a second opinion',
    1,
    [v1([key1(fresh)]), reply('canary', [key1(fresh2)])],
    'capable second_opinion v1_twelve_bytes,key_fresh,key_changes,canary_dropped',
  ],
  [
    'a random MP_JOIN refused with its reason is a second opinion',
    1,
    [v1([key1(fresh)]), reply('join', ['1e048001'], { classification: 'mp_tcprst' })],
    'capable second_opinion v1_twelve_bytes,key_fresh,random_join_refused',
  ],
  [
    'a random MP_JOIN unanswered changes nothing',
    1,
    [v1([key1(fresh)]), reply('join', [])],
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
    'a connection raises the rung',
    1,
    [v1([key1(fresh)])],
    'capable connection v1_twelve_bytes,key_fresh,connection_mptcp',
    { handshake: connection },
  ],
  [
    'a connection says nothing of v0',
    0,
    [v0([key0(fresh)])],
    'capable fresh_key v0_twelve_bytes,key_fresh',
    { handshake: connection },
  ],
  [
    'a connection that fell back keeps the rung of the SYN/ACK',
    1,
    [v1([key1(fresh)])],
    'capable fresh_key v1_twelve_bytes,key_fresh,connection_fell_back',
    { handshake: { ...connection, fallback: true } },
  ],
  [
    'a connection whose SYN/ACK has no option is inconsistent',
    1,
    [v1([key1(fresh)])],
    'inconsistent fresh_key replies_differ',
    { handshake: { ...connection, synack_option: null, fallback: true } },
  ],
  [
    'a retransmitted SYN without the option proves nothing',
    1,
    [v1([key1(fresh)])],
    'capable fresh_key v1_twelve_bytes,key_fresh,connection_fell_back',
    { handshake: { ...connection, syn_option: null, synack_option: null, fallback: true } },
  ],
  [
    'a refused connection changes nothing',
    1,
    [v1([key1(fresh)])],
    'capable fresh_key v1_twelve_bytes,key_fresh',
    { handshake: { ...connection, connected: false, synack_option: null, fallback: null } },
  ],
  [
    'a key that a connection and a scan share is no key',
    1,
    [v1([key1(fresh2)])],
    'echoed_option syn_ack key_constant',
    { handshake: connection },
  ],
  [
    'a lost scan reply is made good by a connection',
    1,
    [],
    'capable connection v1_twelve_bytes,key_fresh,connection_mptcp',
    { handshake: connection },
  ],
  [
    'a mirror falls back',
    1,
    [v1([v1Syn])],
    'echoed_option syn_ack v1_four_bytes,option_echoed',
    { handshake: { ...connection, synack_option: v1Syn, fallback: true } },
  ],
  [
    'a valid ADD_ADDR is proof',
    1,
    [v1([key1(fresh)])],
    'capable add_addr_hmac v1_twelve_bytes,key_fresh,connection_mptcp,add_addr_hmac_valid',
    { handshake: { ...connection, announced: [{ ...announced, hmac: 'valid' }] } },
  ],
  [
    'a rewritten ADD_ADDR is none',
    1,
    [v1([key1(fresh)])],
    'capable connection v1_twelve_bytes,key_fresh,connection_mptcp',
    { handshake: { ...connection, announced: [{ ...announced, hmac: 'invalid' }] } },
  ],
  [
    'a valid MP_JOIN is proof',
    1,
    [v1([key1(fresh)])],
    'capable join_hmac v1_twelve_bytes,key_fresh,connection_mptcp,join_hmac_valid',
    { handshake: { ...connection, mp_join_verified: 1 } },
  ],
];

const test = suite('verdict');

function judge(version: 0 | 1, scans: ScanEvidence[], more: Partial<Evidence> = {}) {
  return judgeHost({ version, scans, handshake: null, constantKeys: new Set(), scope: null, ...more });
}

for (const [sentence, version, scans, claim, more] of rows) {
  test(sentence, () => {
    const { verdict, rung, rules } = judge(version, scans, more);
    assert.is([verdict, rung, rules.join(',')].join(' '), claim);
    assert.equal(
      judge(version, [...scans].reverse(), more),
      judge(version, scans, more),
      'the order of replies does not matter',
    );
  });
}

test('flags are those of the genuine reply, replies are classified again', () => {
  const verdict = judge(1, [v1([key1(fresh, '21')]), reply('port2', [])]);
  assert.is(verdict.flags, '21');
  assert.equal(verdict.replies, ['mp_capable', 'synack_no_option']);
  assert.is(judge(1, [v1([])]).flags, null);
  assert.is(judge(0, [v0([v0Syn])]).flags, '01');
});

test('a host can be capable in v1 and mirror v0', () => {
  const scans = [v1([key1(fresh)]), v0([v0Syn])];
  assert.is(judge(1, scans).verdict, 'capable');
  assert.is(judge(0, scans).verdict, 'echoed_option');
});

test('a key is constant when replies to two SYNs carry it, and not when one reply came twice', () => {
  const seen = new ConstantKeys();
  const host = (address: string, option: string, probe = 'v1') =>
    seen.add({ address, port: 80, probe, options_mptcp: [option], sent_version: 1 });
  host('198.18.0.1', key1(fresh));
  host('198.18.0.1', key1(fresh));
  host('198.18.0.2', key1(zero));
  host('198.18.0.3', key1(zero));
  assert.is(seen.keys.size, 0);
  host('198.18.0.4', key1(fresh));
  assert.equal([...seen.keys], [fresh]);
});

test.run();
