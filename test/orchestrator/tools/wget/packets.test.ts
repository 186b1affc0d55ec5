// takes: long
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mptcpOptions, type Packet } from '../../../../orchestrator/connection/packet.ts';
import { dissect, readPacket } from '../../../../orchestrator/tools/wget/packets.ts';
import { skipUnless } from '../../../skip.ts';
import { summary } from '../../connection/packets.ts';

const test = suite("tshark's lines");

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'mptcp-census-packets-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A capture through the real tshark; every line must be a packet. */
async function dissected(capture: string, folder: string): Promise<Packet[]> {
  const { program, args, env } = dissect(capture, folder);
  const { stdout } = await execa(program.name, args, { env: { ...env } });
  return stdout.split('\n').flatMap((line) => {
    if (line === '') return [];
    const packet = readPacket(line);
    if (packet === null) throw new Error(`no packet: ${line}`);
    return [packet];
  });
}

const number = (value: number, bytes: number) => value.toString(16).padStart(bytes * 2, '0');

/** A TCP header in hex with options that fill whole words. */
const tcp = (from: number, to: number, flags: number, sequence: number, ack: number, options: string) =>
  number(from, 2) +
  number(to, 2) +
  number(sequence, 4) +
  number(ack, 4) +
  number(((5 + options.length / 8) << 12) | flags, 2) +
  'ffff00000000' +
  options;

const ip4 = (protocol: number, source: string, destination: string, inner: string) =>
  `4500${number(20 + inner.length / 2, 2)}000040004${number(0, 1).slice(1)}${number(protocol, 1)}0000${source}${destination}${inner}`;
const ip6 = (protocol: number, source: string, destination: string, inner: string) =>
  `60000000${number(inner.length / 2, 2)}${number(protocol, 1)}40${source}${destination}${inner}`;

/** Packets of raw IP as a pcap file, each cut off at `snaplen`, a microsecond apart. */
function pcap(packets: string[], snaplen = 65_535): Buffer {
  const header = Buffer.from(`d4c3b2a1020004000000000000000000ffff000065000000`, 'hex');
  const records = packets.map((hex, index) => {
    const bytes = Buffer.from(hex, 'hex');
    const head = Buffer.alloc(16);
    for (const [at, value] of [1, index, Math.min(snaplen, bytes.length), bytes.length].entries())
      head.writeUInt32LE(value, 4 * at);
    return Buffer.concat([head, bytes.subarray(0, snaplen)]);
  });
  return Buffer.concat([header, ...records]);
}

const [client, server, router] = ['c6120001', 'c6120002', 'c61200fe'];
const [client6, server6] = ['20010db8000000000000000000000001', '20010db8000000000000000000000002'];
const syn = tcp(40_000, 80, 0x02, 1000, 0, '1e040101');
const answer = tcp(80, 40_000, 0x12, 4_000_000_000, 1001, '1e0c010173bb150358a0aecb');
const quoted = (inner: string) => `0b00000000000000${inner}`;
const there = ip4(6, client, server, syn);
const back = ip4(6, server, client, answer);
const by = 'connection by 198.18.0.1';

const cases: [fact: string, capture: Buffer, expected: string[]][] = [
  ['IPv4', pcap([there, back]), [`${by} v1 unknown`]],
  [
    'IPv6',
    pcap([ip6(6, client6, server6, syn), ip6(6, server6, client6, answer)]),
    ['connection by 2001:db8::1 v1 unknown'],
  ],
  [
    'a packet quoted in an ICMP error is no packet',
    pcap([there, ip4(1, router, client, quoted(there)), back]),
    [`${by} v1 unknown`],
  ],
  ['an ICMP error alone is no stream', pcap([ip4(1, router, client, quoted(there))]), []],
  ['a tunnel: the ends are those of the inner header', pcap([ip4(4, router, server, there)]), [`${by} vnull unknown`]],
  ['IPv4 within IPv6', pcap([ip6(4, client6, server6, there)]), [`${by} vnull unknown`]],
  [
    'IPv6 within IPv4',
    pcap([ip4(41, client, server, ip6(6, client6, server6, syn))]),
    ['connection by 2001:db8::1 vnull unknown'],
  ],
  ['an option cut off by the snap length is unknown', pcap([there, back], 42), [`unknown by 198.18.0.1 vnull unknown`]],
  ['one cut off behind its version still states that', pcap([there, back], 46), [`${by} v1 unknown`]],
  ['all options cut off', pcap([there, back], 40), [`unknown by 198.18.0.1 vnull unknown`]],
];

if (
  !skipUnless(
    execaSync('tshark', ['--version'], { reject: false }).exitCode === 0,
    'tshark reads captures',
    'no tshark',
  )
) {
  for (const [fact, capture, expected] of cases)
    test(fact, async () => {
      await inFolder(async (folder) => {
        const file = join(folder, 'capture.pcap');
        await writeFile(file, capture);
        assert.equal(summary(await dissected(file, folder)), expected);
      });
    });

  test('answers of Linux 6.18 are read as tshark lists them', async () => {
    await inFolder(async (folder) => {
      const file = new URL('../../../fixtures/linux618.pcap', import.meta.url).pathname;
      const packets = await dissected(file, folder);
      const { stdout } = await execa('tshark', [
        '-n',
        '-r',
        file,
        '-Y',
        'tcp.option_kind == 30',
        '-T',
        'fields',
        '-e',
        'frame.number',
      ]);
      const { stdout: whole } = await execa('tshark', [
        '-n',
        '-r',
        file,
        '-Y',
        'tcp and not icmp',
        '-T',
        'fields',
        '-e',
        'frame.number',
      ]);
      assert.is(packets.length, whole.split('\n').length);
      const own = packets.filter(({ options }) => options.includes('1e'));
      assert.ok(
        packets.filter((one) => mptcpOptions(one).length > 0).length > 0 && own.length >= stdout.split('\n').length,
      );
      assert.ok(packets.every(({ options, options_length }) => options.length / 2 === options_length));
    });
  });
}

const line = '1.000001\teth:ethertype:ip:tcp\t198.18.0.1\t198.18.0.2\t\t\t40000\t80\t0x0002\t1000\t0\t0\t24\t1e040101';
const rubbish: [fact: string, line: string][] = [
  ['an empty line', ''],
  ['no time', line.replace('1.000001', '')],
  ['no address', line.replace('198.18.0.2', '')],
  ['no port', line.replace('\t80\t', '\t\t')],
  ['no flags', line.replace('0x0002', '')],
  ['no sequence number', line.replace('\t1000\t', '\t\t')],
  ['no header length', line.replace('\t24\t', '\t\t')],
  ['options that are no hex', line.replace('1e040101', 'zz')],
];

test('a whole line is a packet', () => assert.is(readPacket(line)?.options, '1e040101'));
for (const [fact, text] of rubbish) test(`${fact} is no packet`, () => assert.is(readPacket(text), null));

test.run();
