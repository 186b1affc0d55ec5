import { suite } from 'uvu';
import type { HandshakeEvidence } from '../../../orchestrator/evidence/answers.ts';
import { cases, fresh, fresh2, key0, key1, type Row, reply, v0, v0Syn, v1, v1Syn } from './replies.ts';

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
  joined: null,
  joined_missing: 'not_asked',
  join_failure: null,
  join_reset_reason: null,
} as const;
const seen_on: ('held' | 'page')[] = ['held'];

const rows: Row[] = [
  [
    'two keys for two v1 SYNs are reported: a box that fills up with random bytes has them too',
    1,
    [v1([key1(fresh)]), reply('port2', [key1(fresh2)])],
    'capable fresh_key v1_twelve_bytes,key_fresh,key_changes',
  ],
  [
    'two keys for two v0 SYNs are a second opinion: their keys would have come back',
    0,
    [v0([key0(fresh)]), reply('port2v0', [key0(fresh2)])],
    'capable second_opinion v0_twelve_bytes,key_fresh,v0_key_changes',
  ],
  [
    'one SYN answered twice has not changed its key',
    1,
    [v1([key1(fresh)]), v1([key1(fresh)], { received_at: '2026-11-22T10:00:01.000000Z' })],
    'capable fresh_key v1_twelve_bytes,key_fresh',
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
    'echoed_option syn_ack grease_copied,option_echoed',
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
    'a dropped canary is reported: a box that fills MPTCP options up drops it too',
    1,
    [v1([key1(fresh)]), reply('canary', [key1(fresh2)])],
    'capable fresh_key v1_twelve_bytes,key_fresh,key_changes,canary_dropped',
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
    'echoed_option syn_ack option_echoed',
    { handshake: { ...connection, synack_option: v1Syn, fallback: true } },
  ],
  [
    'a proof beside an echo of the other version is inconsistent, and the proof is named',
    1,
    [v1([key1(fresh)]), v0([v0Syn])],
    'inconsistent join_hmac echo_beside_proof,connection_mptcp,join_hmac_valid',
    { handshake: { ...connection, mp_join_verified: 1 } },
  ],
  [
    'a connection without an HMAC is no proof against an echo',
    1,
    [v1([key1(fresh)]), v0([v0Syn])],
    'echoed_option syn_ack echo_in_other_version',
    { handshake: connection },
  ],
  [
    'a valid ADD_ADDR is proof',
    1,
    [v1([key1(fresh)])],
    'capable add_addr_hmac v1_twelve_bytes,key_fresh,connection_mptcp,add_addr_hmac_valid',
    { handshake: { ...connection, announced: [{ ...announced, seen_on, hmac: 'valid' }] } },
  ],
  [
    'a rewritten ADD_ADDR is none',
    1,
    [v1([key1(fresh)])],
    'capable connection v1_twelve_bytes,key_fresh,connection_mptcp',
    { handshake: { ...connection, announced: [{ ...announced, seen_on, hmac: 'invalid' }] } },
  ],
  [
    'a valid MP_JOIN is proof',
    1,
    [v1([key1(fresh)])],
    'capable join_hmac v1_twelve_bytes,key_fresh,connection_mptcp,join_hmac_valid',
    { handshake: { ...connection, mp_join_verified: 1 } },
  ],
];

const test = suite('rungs');

cases(test, rows);

test.run();
