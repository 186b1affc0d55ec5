// runs: behind
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { End, Packet } from '../../../orchestrator/connection/packet.ts';
import { cliWords } from '../../cli-words.ts';
import { A, capable, client, handshake, packet, S, server } from '../connection/packets.ts';
import { fileOf, ipPacket, ownPlace, pcapOf } from './capture-file.ts';
import { reading, readingOf } from './records.ts';

const test = suite('captures that are unkind');

const up: [End, End] = [client, server];
const down: [End, End] = [server, client];
const whole = handshake(0, up, 1000, [capable.syn, capable.synack, capable.third]);
const from = (port: number, at: number): Packet[] =>
  handshake(at, [{ ...client, port }, server], 1000 * port, [capable.syn, capable.synack, capable.third]);

async function traffic(...args: string[]) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [...cliWords, 'traffic', ...args], {
    reject: false,
  });
  return { exitCode, stdout, stderr };
}

test('a capture that is cut is read to its last whole packet, says so, and ends with 0', async () => {
  const bytes = pcapOf(whole);
  const { exitCode, stdout, stderr } = await traffic(fileOf(bytes.subarray(0, bytes.length - 1)));
  assert.is(exitCode, 0);
  assert.match(stderr, /capture\.pcap is truncated: it ends within a packet; 2 packets were read, up to byte \d+/);
  assert.match(stdout, /"answer":"mp_capable"/);
});

test('a capture that is damaged is read to the damage, and says so', async () => {
  const { capture, connections } = await reading([fileOf(Buffer.concat([pcapOf(whole), Buffer.alloc(16, 0xff)]))]);
  assert.equal([capture.files[0]?.state, capture.files[0]?.packets, connections.length], ['damaged', 3, 1]);
});

test('what is no capture or is not there is named and fails; the others are read', async () => {
  const { exitCode, stdout, stderr } = await traffic(
    fileOf(Buffer.from('PK\u0003\u0004'), 'a.zip'),
    '/nowhere',
    fileOf(pcapOf(whole)),
    fileOf(Buffer.alloc(0)),
  );
  assert.is(exitCode, 1);
  assert.match(stderr, /a\.zip is neither pcap nor pcapng/);
  assert.match(stderr, /\/nowhere cannot be read: No such file or directory/);
  assert.match(stderr, /capture\.pcap is empty/);
  assert.match(stdout, /"record":"connection"/);
});

test('a name of a file says nothing to a terminal, a page or a spreadsheet', async () => {
  const out = ownPlace();
  const path = fileOf(pcapOf(whole).subarray(0, 100), '\u001b[31m<script>=1+1\u202e.pcap');
  const { exitCode, stdout } = await traffic('--out', out, path);
  assert.is(exitCode, 0);
  const page = readFileSync(join(out, 'index.html'), 'utf8');
  const summary = readFileSync(join(out, 'summary.txt'), 'utf8');
  for (const text of [stdout, page, summary, readFileSync(join(out, 'capture.json'), 'utf8')])
    assert.not.ok(text.includes('\u001b') || text.includes('\u202e'));
  assert.not.match(page, /<script>=/);
  assert.match(summary, /\\u001b\[31m<script>=1\+1\\u202e\.pcap is truncated/);
});

test('more streams than the table holds: the oldest goes, is told, and counted', async () => {
  const packets = [1, 2, 3, 4, 5].flatMap((port) => from(port, port));
  const { connections, capture } = await readingOf(packets, { flows: 2 });
  assert.is(connections.length, 5);
  assert.is(capture.evicted, 3);
  assert.equal(
    connections.map(({ end }) => end),
    ['evicted', 'evicted', 'evicted', 'capture_end', 'capture_end'],
  );
  assert.ok(connections.every(({ answer, version }) => answer === 'mp_capable' && version === 1));
});

test('a stream that falls silent is told and forgotten; what comes later is another', async () => {
  const late = packet(1_000_000_000, down, A, 8001, '1e0820010000000a', { length: 10 });
  const { connections } = await readingOf([...whole, late]);
  assert.equal(
    connections.map(({ end, opening }) => [end, opening]),
    [
      ['silent', 'offered'],
      ['capture_end', 'not_captured'],
    ],
  );
  const patient = await readingOf([...whole, late], { silent: 2000 });
  assert.equal(
    patient.connections.map(({ end }) => end),
    ['capture_end'],
  );
});

test('a snap length within the options is no SYN without option, and no malformed one', async () => {
  // 20 bytes of IPv4, 20 of TCP, 2 of four option bytes: the kind is there, what it says is not.
  const { connections, capture } = await reading([fileOf(pcapOf(whole, 42))]);
  assert.is(connections[0]?.opening, 'cut');
  assert.equal([capture.cut_syn_options, capture.malformed_options], [2, 0]);
  const none = await reading([fileOf(pcapOf(whole, 40))]);
  assert.equal([none.connections.length, none.capture.cut_options, none.capture.mptcp_packets], [0, 3, 0]);
  const header = await reading([fileOf(pcapOf(whole, 30))]);
  assert.is(header.capture.frames.header_not_captured, 3);
});

/** Options of kind 30 that say nothing, one of each kind of nothing. */
const nothings = ['1e02', '1e0130', '1e1430', '1e0490ff', '1e0400ff', '1e0520050000', '1e18f000', '1e0a301f00000000'];

test('options of kind 30 that say nothing are counted, whatever they look like', async () => {
  const packets = [...whole, ...nothings.map((option, at) => packet(10 + at, down, A, 8001, option))];
  const { connections, capture } = await readingOf(packets);
  assert.is(capture.malformed_options, nothings.length);
  assert.is(connections[0]?.malformed_options, nothings.length);
  assert.is(connections[0]?.answer, 'mp_capable');
});

test('a stream that repeats itself is told a thousand times, and the rest is counted', async () => {
  const flood = Array.from({ length: 3000 }, (_, at) => packet(10 + at, down, A, 8001, '1e0490ff'));
  const { subflows, capture } = await readingOf([...whole, ...flood]);
  assert.is(subflows[0]?.left_out, 3003 - 1024);
  assert.is(capture.left_out, 3003 - 1024);
  assert.is(subflows[0]?.malformed_options, 3000);
});

test('a connection to itself, and SYNs that cross, are read', async () => {
  const self: [End, End] = [server, server];
  assert.is((await readingOf([packet(0, self, S, 1, capable.syn)])).connections[0]?.opener_known, false);
  const crossing = [packet(0, up, S, 1000, capable.syn), packet(1, down, S, 8000, capable.syn)];
  const { connections } = await readingOf(crossing);
  assert.equal(
    connections.map(({ opener_known, answer }) => [opener_known, answer]),
    [[false, 'not_captured']],
  );
});

test('wrong usage says what is wrong', async () => {
  const cases: [args: string[], says: RegExp][] = [
    [[], /captures are needed, or an interface/],
    [['-i', 'lo', 'file.pcap'], /and not both/],
    [['-i', 'lo'], /-i needs a folder/],
    [['-i', 'lo', '--out', '/tmp', '--keep', 'x'], /--keep would write addresses of clients/],
    [['-', '-'], /standard input can be read once/],
    [['--flows', '0', 'x'], /a whole number from 1/],
  ];
  for (const [args, says] of cases) {
    const { exitCode, stderr } = await traffic(...args);
    assert.is(exitCode, 2, args.join(' '));
    assert.match(stderr, says);
  }
});

test('a snap length within the key of a SYN/ACK is no malformed answer, and no answer without option', async () => {
  // The four bytes of the SYN are whole; of the twelve of the SYN/ACK there are eight, or none behind its kind.
  for (const snap of [48, 45]) {
    const { connections, subflows, capture } = await reading([fileOf(pcapOf(whole, snap))]);
    assert.equal([connections[0]?.opening, connections[0]?.answer, subflows[0]?.answer], ['offered', 'cut', 'cut']);
    assert.equal([connections[0]?.version, capture.malformed_options], [1, 0]);
  }
  const [syn] = whole;
  const plain = packet(1, down, S | A, 5000, '020405b40402010103030701', { acknowledgement: 1001 });
  const { connections } = await reading([fileOf(pcapOf(syn === undefined ? [] : [syn, plain], 44))]);
  assert.is(connections[0]?.answer, 'cut', 'what stands behind the first option may be MPTCP');
});

/** A block of pcapng, little-endian. */
function block(type: number, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length + 12);
  const kind = Buffer.alloc(4);
  kind.writeUInt32LE(type);
  return Buffer.concat([kind, length, body, length]);
}

test('packets without a time are read, counted and told', async () => {
  const simple = whole.map((one) => {
    const bytes = ipPacket(one);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return block(3, Buffer.concat([length, bytes, Buffer.alloc(-bytes.length & 3)]));
  });
  const section = block(0x0a0d0d0a, Buffer.from('4d3c2b1a01000000ffffffffffffffff', 'hex'));
  const path = fileOf(Buffer.concat([section, block(1, Buffer.from('6500000000000000', 'hex')), ...simple]));
  const { connections, capture } = await reading([path]);
  assert.equal([connections[0]?.answer, capture.files[0]?.timeless], ['mp_capable', 3]);
  assert.match((await traffic(path)).stderr, /3 packets have no timestamp, so do not rely on dates, durations/);
  assert.not.match((await traffic(fileOf(pcapOf(whole)))).stderr, /no time/);
});

test.run();
