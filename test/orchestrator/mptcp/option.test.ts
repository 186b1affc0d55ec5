import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Decoded, decodeOption, type PacketKind } from '../../../orchestrator/mptcp/option.ts';
import { tcpOptions } from '../../../orchestrator/mptcp/tcp-options.ts';

const key = '0102030405060708';
const other = '1112131415161718';

function decode(hex: string, packet: PacketKind): Decoded {
  return decodeOption(Buffer.from(hex.replaceAll(' ', ''), 'hex'), packet);
}

const capable = { subtype: 'MP_CAPABLE', sender_key: null, receiver_key: null, data_length: null };
const whole: [sentence: string, hex: string, packet: PacketKind, option: object][] = [
  ['a v1 SYN has no key', '1e04 0101', 'syn', { ...capable, version: 1, flags: 1 }],
  ['a v0 SYN has a key', `1e0c 0081 ${key}`, 'syn', { ...capable, version: 0, flags: 0x81, sender_key: key }],
  ['a SYN/ACK has a key', `1e0c 0121 ${key}`, 'synack', { ...capable, version: 1, flags: 0x21, sender_key: key }],
  [
    'the third ACK has both keys',
    `1e14 0101 ${key} ${other}`,
    'ack',
    { ...capable, version: 1, flags: 1, sender_key: key, receiver_key: other },
  ],
  [
    'a v1 third ACK with data and checksum says how long the data is',
    `1e18 0181 ${key} ${other} 0120 beef`,
    'ack',
    { ...capable, version: 1, flags: 0x81, sender_key: key, receiver_key: other, data_length: 288 },
  ],
  [
    'an MP_JOIN SYN has a token',
    '1e0c 1102 aabbccdd 00112233',
    'syn',
    { subtype: 'MP_JOIN', packet: 'syn', backup: true, address_id: 2, token: 'aabbccdd', nonce: '00112233' },
  ],
  [
    'an MP_JOIN SYN/ACK has a truncated HMAC',
    `1e10 1003 ${key} 00112233`,
    'synack',
    { subtype: 'MP_JOIN', packet: 'synack', backup: false, address_id: 3, hmac: key, nonce: '00112233' },
  ],
  [
    'an MP_JOIN ACK has 160 bits of HMAC',
    `1e18 1000 ${key}${other}aabbccdd`,
    'ack',
    { subtype: 'MP_JOIN', packet: 'ack', hmac: `${key}${other}aabbccdd` },
  ],
  [
    'a DSS may carry an acknowledgement only',
    '1e08 2001 aabbccdd',
    'ack',
    { subtype: 'DSS', data_fin: false, data_ack: 'aabbccdd', mapping: null },
  ],
  [
    'a DSS with 8-byte fields, checksum and DATA_FIN',
    `1e1c 201f ${key} ${other} 00000001 0064 beef`,
    'ack',
    {
      subtype: 'DSS',
      data_fin: true,
      data_ack: key,
      mapping: { data_sequence: other, subflow_sequence: 1, length: 100, checksum: 'beef' },
    },
  ],
  [
    'a v1 ADD_ADDR has an HMAC',
    `1e10 3001 c6120001 ${key}`,
    'ack',
    { subtype: 'ADD_ADDR', version: 1, echo: false, address_id: 1, address: '198.18.0.1', port: null, hmac: key },
  ],
  [
    'a v1 ADD_ADDR of IPv6 with a port',
    `1e1e 3002 20010db8000000000000000000000001 1f90 ${key}`,
    'ack',
    { subtype: 'ADD_ADDR', version: 1, echo: false, address_id: 2, address: '2001:db8::1', port: 8080, hmac: key },
  ],
  [
    'an echo has no HMAC',
    '1e08 3101 c6120001',
    'ack',
    { subtype: 'ADD_ADDR', version: 1, echo: true, address_id: 1, address: '198.18.0.1', port: null, hmac: null },
  ],
  [
    'a v0 ADD_ADDR is as long as a v1 echo and differs in the nibble',
    '1e0a 3401 c6120001 0050',
    'ack',
    { subtype: 'ADD_ADDR', version: 0, echo: false, address_id: 1, address: '198.18.0.1', port: 80, hmac: null },
  ],
  [
    'reserved bits of a v1 ADD_ADDR are ignored: its length tells it from v0',
    `1e10 3401 c6120001 ${key}`,
    'ack',
    { subtype: 'ADD_ADDR', version: 1, echo: false, address_id: 1, address: '198.18.0.1', port: null, hmac: key },
  ],
  [
    'reserved bits of a v1 echo are ignored',
    '1e08 3701 c6120001',
    'ack',
    { subtype: 'ADD_ADDR', version: 1, echo: true, address_id: 1, address: '198.18.0.1', port: null, hmac: null },
  ],
  ['a REMOVE_ADDR lists ids', '1e05 40 0102', 'ack', { subtype: 'REMOVE_ADDR', address_ids: [1, 2] }],
  ['an MP_PRIO', '1e03 51', 'ack', { subtype: 'MP_PRIO', backup: true, address_id: null }],
  ['an MP_FAIL', `1e0c 6000 ${key}`, 'ack', { subtype: 'MP_FAIL', data_sequence: key }],
  ['an MP_FASTCLOSE', `1e0c 7000 ${key}`, 'ack', { subtype: 'MP_FASTCLOSE', receiver_key: key }],
  ['an MP_TCPRST', '1e04 8101', 'ack', { subtype: 'MP_TCPRST', transient: true, reason: 1 }],
];

const faulty: [sentence: string, hex: string, packet: PacketKind, fault: string][] = [
  ['a kind and a length alone', '1e02', 'synack', 'too_short_for_a_subtype'],
  ['a length byte that claims more than there is', '1e0c 0101', 'syn', 'length_byte_disagrees'],
  ['a v1 SYN with a key, which Linux does not answer', `1e0c 0101 ${key}`, 'syn', 'bad_length'],
  ['a v1 SYN/ACK of the four bytes of a mirror', '1e04 0101', 'synack', 'bad_length'],
  ['an MP_JOIN SYN/ACK of the length of a SYN', '1e0c 1002 aabbccdd 00112233', 'synack', 'bad_length'],
  ['a DSS shorter than its flags say', '1e08 2005 aabbccdd', 'ack', 'bad_length'],
  ['a v0 ADD_ADDR that says 6 and holds 4 bytes', '1e08 3601 c6120001', 'ack', 'bad_length'],
  ['an ADD_ADDR of v1 without an HMAC, that is no echo', '1e08 3201 c6120001', 'ack', 'bad_length'],
  ['an ADD_ADDR of three address bytes', '1e07 3001 c61200', 'ack', 'bad_length'],
  ['an MP_TCPRST without a reason', '1e03 80', 'ack', 'bad_length'],
  ['a subtype that nobody has assigned', '1e04 9000', 'ack', 'unknown_subtype'],
];

const test = suite('mptcp option');

for (const [sentence, hex, packet, option] of whole) {
  test(sentence, () => assert.equal(decode(hex, packet), { option, fault: null }));
}

for (const [sentence, hex, packet, fault] of faulty) {
  test(`${sentence} is a fault`, () => assert.equal(decode(hex, packet), { option: null, fault }));
}

test('no prefix of any option reads past its end', () => {
  for (const [, hex, packet] of whole) {
    const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    for (let length = 0; length < bytes.length; length++) {
      assert.is(decodeOption(bytes.subarray(0, length), packet).option, null);
      const shorter = Buffer.from(bytes.subarray(0, length));
      if (length > 1) shorter.writeUInt8(length, 1);
      assert.not.throws(() => decodeOption(shorter, packet));
    }
  }
});

const areas: [sentence: string, hex: string, kinds: string[]][] = [
  ['unknown kinds are passed on by their length', 'fd04aaaa 1e040101', ['253', '30']],
  ['a NOP is one byte', '0101 1e040101 01', ['1', '1', '30', '1']],
  ['nothing is read behind EOL', '1e040101 00 1e040101', ['30', '0']],
  ['a length of zero ends the walk', '1e00 1e040101', ['30 length_below_two']],
  ['a length of one ends the walk', '02040101 1e01', ['2', '30 length_below_two']],
  ['an option past the end is shown as far as it goes', '1e0c0101', ['30 past_end']],
  ['a kind without a length byte is past the end', '01 1e', ['1', '30 past_end']],
];

for (const [sentence, hex, kinds] of areas) {
  test(sentence, () => {
    const walked = [...tcpOptions(Buffer.from(hex.replaceAll(' ', ''), 'hex'))];
    assert.equal(
      walked.map(({ kind, fault }) => (fault === null ? `${kind}` : `${kind} ${fault}`)),
      kinds,
    );
  });
}

test.run();
