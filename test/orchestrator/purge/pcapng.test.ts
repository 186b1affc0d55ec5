import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseParty } from '../../../orchestrator/purge/party.ts';
import { captureWithout } from '../../../orchestrator/purge/pcapng.ts';

const test = suite('captures without a party');

const four = (address: string) => Buffer.from(address.split('.').map(Number));

/** A TCP packet of IPv4, without a link header. */
function packet(from: string, to: string, options = '', payload = Buffer.alloc(0)): Buffer {
  const area = Buffer.from(options, 'hex');
  const ip = Buffer.alloc(20);
  ip[0] = 0x45;
  ip[9] = 6;
  four(from).copy(ip, 12);
  four(to).copy(ip, 16);
  const tcp = Buffer.alloc(20);
  tcp[12] = ((20 + area.length) / 4) << 4;
  return Buffer.concat([ip, tcp, area, payload]);
}

function block(type: number, body: Buffer, little: boolean): Buffer {
  const padded = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)]);
  const ends = Buffer.alloc(8);
  const put = (value: number, at: number) => (little ? ends.writeUInt32LE(value, at) : ends.writeUInt32BE(value, at));
  put(type, 0);
  put(padded.length + 12, 4);
  return Buffer.concat([ends, padded, ends.subarray(4)]);
}

const links: Readonly<Record<string, [type: number, bytes: number]>> = {
  Ethernet: [1, 14],
  'cooked mode 1': [113, 16],
  'cooked mode 2': [276, 20],
  'no link layer': [101, 0],
};

function capture(packets: Buffer[], { link = 'Ethernet', little = true } = {}): Buffer {
  const [type, bytes] = links[link] ?? [1, 14];
  const words = (...values: number[]) =>
    Buffer.concat(
      values.map((value) => {
        const word = Buffer.alloc(4);
        if (little) word.writeUInt32LE(value);
        else word.writeUInt32BE(value);
        return word;
      }),
    );
  const described = Buffer.alloc(8);
  if (little) described.writeUInt16LE(type);
  else described.writeUInt16BE(type);
  return Buffer.concat([
    block(0x0a0d0d0a, words(0x1a2b3c4d, 1, 0xffffffff, 0xffffffff), little),
    block(1, described, little),
    block(4, Buffer.from('198.18.4.1 by name'), little),
    ...packets.map((each) => {
      const length = bytes + each.length;
      return block(6, Buffer.concat([words(0, 0, 0, length, length), Buffer.alloc(bytes), each]), little);
    }),
  ]);
}

const party = parseParty('198.18.4.1');
const others = packet('198.18.0.2', '198.18.4.2', '0101080a0000000100000002');

for (const link of Object.keys(links)) {
  for (const little of [true, false]) {
    test(`packets to it and from it go, others stay as they are: ${link}, ${little ? 'little' : 'big'}-endian`, () => {
      const given = capture([packet('198.18.0.2', '198.18.4.1'), others, packet('198.18.4.1', '198.18.0.2')], {
        link,
        little,
      });
      const { bytes, packets } = captureWithout(given, party);
      assert.is(packets, 3, 'two packets and a record of names');
      assert.ok(bytes.includes(others));
      assert.not.ok(bytes.includes(four('198.18.4.1')));
      assert.not.ok(bytes.includes('198.18.4.1'), 'nor in a record of names');
      assert.is(captureWithout(bytes, party).packets, 0);
      const empty = capture([], { link, little }).length - 32;
      assert.is(
        bytes.length,
        empty + (capture([others], { link, little }).length - capture([], { link, little }).length),
      );
    });
  }
}

const announcements: [sentence: string, party: string, option: string][] = [
  ['with an HMAC', '198.18.4.1', '1e103005c61204011122334455667788'],
  ['with a port and an HMAC', '198.18.4.1', '1e123005c6120401005011223344556677880101'],
  ['as an echo', '198.18.4.1', '1e083105c6120401'],
  ['as an echo with a port', '198.18.4.1', '1e0a3105c612040100500101'],
  ['of version 0', '198.18.4.1', '1e083405c6120401'],
  ['of IPv6 with an HMAC', '2001:db8::1', '1e1c300520010db80000000000000000000000011122334455667788'],
  ['of IPv6 as an echo', '2001:db8::1', '1e14310520010db8000000000000000000000001'],
];
for (const [sentence, whom, option] of announcements) {
  test(`an announcement of it by another becomes NOPs: ${sentence}`, () => {
    const announcing = packet('198.18.4.2', '198.18.0.2', option);
    const { bytes, packets } = captureWithout(capture([announcing]), parseParty(whom));
    const length = Buffer.from(option, 'hex')[1] ?? 0;
    const nops = '01'.repeat(length) + option.slice(2 * length);
    assert.is(packets, whom === '198.18.4.1' ? 2 : 1);
    assert.ok(bytes.includes(packet('198.18.4.2', '198.18.0.2', nops)));
    assert.is(captureWithout(capture([announcing]), parseParty('198.18.4.77')).packets, 0);
  });
}

test('a payload that says its address, as text or as bytes, or its name says nothing instead', () => {
  const payload = Buffer.concat([
    Buffer.from('Host: www.a.example at 198.18.4.1 '),
    four('198.18.4.1'),
    Buffer.from('end'),
  ]);
  const given = capture([packet('198.18.0.2', '198.18.4.2', '', payload)]);
  const address = captureWithout(given, party);
  assert.ok(address.bytes.includes('Host: www.a.example at xxxxxxxxxx xxxxend'));
  const name = captureWithout(given, parseParty('a.example'));
  assert.ok(name.bytes.includes('Host: xxxxxxxxxxxxx at 198.18.4.1 '));
  assert.is(name.bytes.length, given.length);
});

/** Options of a block: a comment, and the end of them. */
function comment(text: string, little: boolean): Buffer {
  const head = Buffer.alloc(4);
  if (little) head.writeUInt16LE(1, 0);
  else head.writeUInt16BE(1, 0);
  if (little) head.writeUInt16LE(text.length, 2);
  else head.writeUInt16BE(text.length, 2);
  return Buffer.concat([head, Buffer.from(text), Buffer.alloc((4 - (text.length % 4)) % 4), Buffer.alloc(4)]);
}

for (const little of [true, false]) {
  test(`comments and filters say nothing of it either, wherever they stand: ${little ? 'little' : 'big'}-endian`, () => {
    const words = (...values: number[]) => {
      const buffer = Buffer.alloc(4 * values.length);
      for (const [i, value] of values.entries()) {
        if (little) buffer.writeUInt32LE(value, 4 * i);
        else buffer.writeUInt32BE(value, 4 * i);
      }
      return buffer;
    };
    const said = comment('to 198.18.4.1 and shop.a.example', little);
    const link = words(little ? 101 : 101 * 65536, 65535);
    const blocks = [
      block(0x0a0d0d0a, Buffer.concat([words(0x1a2b3c4d, 1, 0xffffffff, 0xffffffff), said]), little),
      block(1, Buffer.concat([link, said]), little),
      block(6, Buffer.concat([words(0, 0, 0, others.length, others.length), others, said]), little),
      block(5, Buffer.concat([words(0, 0, 0), said]), little),
      block(0x0bad, Buffer.concat([words(7), Buffer.from('198.18.4.1 a.example')]), little),
    ];
    for (const [whom, left] of [
      ['198.18.4.1', 'to xxxxxxxxxx and shop.a.example'],
      ['a.example', 'to 198.18.4.1 and xxxxxxxxxxxxxx'],
    ] as const) {
      const { bytes, packets } = captureWithout(Buffer.concat(blocks), parseParty(whom));
      assert.is(packets, 5);
      assert.not.ok(bytes.includes(whom));
      assert.is(bytes.toString('latin1').split(left).length - 1, 4);
      assert.ok(bytes.includes(others));
      assert.is(captureWithout(bytes, parseParty(whom)).packets, 0);
    }
    // 1.0.5.0 as bytes is a comment of five letters: what stands between values is no address.
    const five = Buffer.concat([
      ...blocks.slice(0, 2),
      block(5, Buffer.concat([words(0, 0, 0), comment('hello', little)]), little),
    ]);
    assert.is(captureWithout(five, parseParty(little ? '1.0.5.0' : '0.1.0.5')).packets, 0);
  });
}

test('a packet in a simple block goes like any other', () => {
  const simple = block(3, Buffer.concat([Buffer.of(40, 0, 0, 0), packet('198.18.4.1', '198.18.0.2')]), true);
  const given = Buffer.concat([capture([], { link: 'no link layer' }), simple]);
  const { bytes, packets } = captureWithout(given, party);
  assert.is(packets, 2);
  assert.not.ok(bytes.includes(four('198.18.4.1')));
  assert.not.ok(bytes.includes(four('198.18.0.2')), 'the packet as a whole');
});

test('a router that quotes a packet to it does not: neither for an address nor for a prefix', () => {
  const quoting = Buffer.concat([
    packet('198.18.9.9', '198.18.0.2').subarray(0, 20),
    Buffer.alloc(8),
    packet('198.18.0.2', '198.18.4.1'),
  ]);
  quoting[9] = 1;
  for (const whom of ['198.18.4.1', '198.18.4.0/24']) {
    const { bytes } = captureWithout(capture([quoting, others].slice(0, 1)), parseParty(whom));
    assert.not.ok(bytes.includes(four('198.18.4.1')), whom);
    assert.not.ok(bytes.includes(four('198.18.9.9')), whom);
  }
  assert.ok(captureWithout(capture([quoting]), parseParty('198.18.4.2')).bytes.includes(quoting));
});

test('a capture that was cut, or does not mention it, is left as it is', () => {
  const given = capture([others]).subarray(0, -7);
  assert.is(captureWithout(given, parseParty('198.18.4.77')).bytes, given);
  const whole = capture([others]);
  assert.is(captureWithout(whole, parseParty('198.18.4.77')).bytes, whole);
});

test.run();
