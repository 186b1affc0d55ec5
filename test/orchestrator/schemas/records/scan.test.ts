import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isSynAck, replyIdentity, ScanRecord } from '../../../../orchestrator/schemas/records/scan.ts';

const test = suite('the identity of a reply');

const key = 'ef7bb21455054612';
/** MSS, SACK, timestamps, NOP, window scale, MP_CAPABLE. */
const area = (tsval: string, tsecr: string) => `020405b40402080a${tsval}${tsecr}01030307` + `1e0c0101${key}`;

const synAckArea = area('00001267', '66b97952');
const synAck: ScanRecord = ScanRecord.parse({
  address: '198.18.0.5',
  port: 80,
  probe: 'v1',
  source_port: 35351,
  seq: '834218f5',
  ack: 'e45c112d',
  classification: 'mp_capable',
  sent_version: 1,
  sent_flags: '01',
  sent_key: null,
  sent_option: '1e040101',
  sent_seq: null,
  sent_tsval: null,
  sent_window: null,
  sent_ip_id: null,
  sent_options_order: null,
  option: `1e0c0101${key}`,
  options_mptcp: [`1e0c0101${key}`],
  version: 1,
  flags: '01',
  sender_key: key,
  faults: [],
  tcp_options: synAckArea,
  options_order: 'mss,sackok,ts,nop,ws,mptcp',
  tcp_flags: '12',
  window: 65160,
  ttl: 63,
  ip_id: 0,
  ip_df: true,
  ip_tos: 0,
  rtt_us: 151,
  rtt_us_missing: null,
  rtt_source: 'tsecr',
  icmp_type: null,
  icmp_code: null,
  icmp_hop: null,
  icmp_quoted_option: null,
  icmp_quoted_options: null,
  icmp_quoted_options_missing: 'not_applicable',
  received_at: '2026-11-25T08:32:45.317147Z',
});

const same: [sentence: string, change: Partial<ScanRecord>][] = [
  [
    'it comes a second later, stamped anew',
    { received_at: '2026-11-25T08:32:46.317147Z', tcp_options: area('0000164f', '66b97952') },
  ],
  ['its round trip is another', { rtt_us: 1_000_151 }],
  ['the way was another', { ttl: 61 }],
  ['its packet has another number', { ip_id: 54321 }],
  ['it comes again while those who were silent are asked again', { pass: 2 }],
];
for (const [sentence, change] of same) {
  test(`a reply is the same one when ${sentence}`, () => {
    assert.is(replyIdentity({ ...synAck, ...change }), replyIdentity(synAck));
  });
}

const other = '1e0c0101e3a916494f4e39e8';
const different: [sentence: string, change: Partial<ScanRecord>][] = [
  ['another address', { address: '198.18.0.6' }],
  ['another port', { port: 443 }],
  ['another kind of probe', { probe: 'v0' }],
  ['another source port', { source_port: 35352 }],
  ['another SYN acknowledged', { ack: 'e45c112e' }],
  ['another sequence number: two machines, or a stateless one', { seq: '834218f6' }],
  ['another classification', { classification: 'echoed' }],
  ['another key', { options_mptcp: [other], tcp_options: synAckArea.replace(key, 'e3a916494f4e39e8') }],
  ['another option of kind 30, where the area was not given', { tcp_options: null, options_mptcp: [other] }],
  ['a second option of kind 30', { options_mptcp: [...synAck.options_mptcp, other] }],
  ['another window scale', { tcp_options: synAckArea.replace('030307', '03030a') }],
  ['options in another order', { tcp_options: `1e0c0101${key}020405b40402080a0000126766b9795201030307` }],
  ['no timestamps', { tcp_options: `020405b4040201030307${'1e0c0101'}${key}` }],
  ['other flags', { tcp_flags: '52' }],
  ['faults', { faults: ['option_echoed'] }],
  ['an ICMP error of another type', { icmp_type: 11 }],
  ['of another code', { icmp_code: 1 }],
  ['from another hop', { icmp_hop: '198.18.0.1' }],
  ['that quotes another option', { icmp_quoted_option: '1e040101' }],
  ['that quotes other options', { icmp_quoted_options: '1e040101' }],
];
for (const [sentence, change] of different) {
  test(`two replies differ by ${sentence}`, () => {
    assert.is.not(replyIdentity({ ...synAck, ...change }), replyIdentity(synAck));
  });
}

test('what lies behind a fault of the option area is compared byte by byte', () => {
  const faulty = (tail: string) => replyIdentity({ ...synAck, tcp_options: `020405b41e01${tail}` });
  assert.is.not(faulty('080a0000000100000002'), faulty('080a0000000300000002'));
  const ended = (tail: string) => replyIdentity({ ...synAck, tcp_options: `020405b400${tail}` });
  assert.is.not(ended('000001'), ended('000002'));
  assert.is.not(
    replyIdentity({ ...synAck, tcp_options: '080a00000001' }),
    replyIdentity({ ...synAck, tcp_options: '080a00000002' }),
  );
});

for (const field of ['seq', 'ack', 'sent_seq', 'sent_tsval', 'sent_key']) {
  test(`${field} has all of its digits, or none: the rules read it as a number`, () => {
    const whole = field === 'sent_key' ? '0102030405060708' : '01020304';
    for (const value of [null, whole])
      assert.ok(ScanRecord.safeParse({ ...synAck, [field]: value }).success, `${value}`);
    for (const value of ['', '01', `${whole}09`])
      assert.not.ok(ScanRecord.safeParse({ ...synAck, [field]: value }).success, value);
  });
}

const flags: [tcp_flags: string | null, classification: ScanRecord['classification'], is: boolean][] = [
  ['12', 'mp_capable', true],
  ['12', 'malformed', true],
  ['12', 'other_subtype', true],
  ['52', 'synack_no_option', true],
  ['14', 'rst', false],
  ['04', 'malformed', false],
  ['14', 'mp_tcprst', false],
  ['10', 'mp_capable', false],
  [null, 'icmp_unreachable', false],
  [null, 'mp_capable', true],
  [null, 'echoed', true],
  [null, 'rst', false],
  [null, 'mp_tcprst', false],
];
for (const [tcp_flags, classification, is] of flags) {
  test(`${classification} with flags ${tcp_flags} is ${is ? 'a' : 'no'} SYN/ACK`, () => {
    assert.is(isSynAck({ tcp_flags, classification }), is);
  });
}

test.run();
