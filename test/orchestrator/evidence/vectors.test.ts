import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { classify } from '../../../orchestrator/evidence/classify.ts';
import { addAddrHmacForm, initialDataSequence, joinHmac, token } from '../../../orchestrator/mptcp/keys.ts';
import { decodeOption, type MptcpOption } from '../../../orchestrator/mptcp/option.ts';
import { KIND, tcpOptions } from '../../../orchestrator/mptcp/tcp-options.ts';
import { skipUnless } from '../../skip.ts';

const hexOrNull = z.string().nullable();
const Vector = z.looseObject({
  name: z.string(),
  sentence: z.string(),
  sent: z.looseObject({
    probe: z.string(),
    version: z.int().nullable(),
    key: hexOrNull,
    option: hexOrNull,
    canary: hexOrNull,
  }),
  tcp_flags: z.string(),
  options: z.string().optional(),
  missing_bytes: z.int().default(0),
  answer_frame: z.int().optional(),
  expect: z.looseObject({
    classification: z.string(),
    mptcp_length: z.int().nullable(),
    mptcp_version: z.int().nullable(),
    mptcp_flags: hexOrNull,
    mptcp_key: hexOrNull,
    faults: z.string(),
  }),
});
type Vector = z.infer<typeof Vector>;
const KeyVector = z.looseObject({
  sentence: z.string(),
  version: z.int(),
  key_c: z.string(),
  key_s: z.string(),
  token_c: z.string(),
  token_s: z.string(),
  idsn_c: z.string(),
  idsn_s: z.string(),
  joins: z.array(
    z.looseObject({ nonce_c: z.string(), nonce_s: z.string(), hmac_synack: z.string(), hmac_ack: z.string() }),
  ),
  add_addrs: z.array(
    z.looseObject({
      id: z.int(),
      address: z.string(),
      port: z.int().nullable(),
      hmac: z.string(),
      truncation: z.string(),
      announcer: z.enum(['c', 's']),
    }),
  ),
});

const folder = new URL('../../vectors/', import.meta.url);
const fixture = new URL('../../fixtures/linux618.pcap', import.meta.url);
const hasTshark = execaSync('tshark', ['--version'], { reject: false }).exitCode === 0;

function read<T>(schema: z.ZodType<T>, file: string): T[] {
  return z.array(schema).parse(JSON.parse(readFileSync(new URL(file, folder), 'utf8')));
}

const test = suite('shared vectors');
const files = readdirSync(folder).filter((file) => file.endsWith('.json') && file !== 'keys.json');
const replies = files.flatMap((file) => read(Vector, file).map((vector) => ({ file, vector })));

function agrees({ sent, tcp_flags, missing_bytes, expect }: Vector, options: string): void {
  const rst = (Number.parseInt(tcp_flags, 16) & 0x04) !== 0;
  const shown = classify(sent, { rst, area: Buffer.from(options, 'hex'), truncated: missing_bytes > 0 });
  assert.is(shown.classification, expect.classification);
  assert.is(shown.faults.join(','), expect.faults);
  assert.is(shown.length, expect.mptcp_length);
  assert.is(shown.version, expect.mptcp_version);
  assert.is(shown.flags?.toString(16).padStart(2, '0') ?? null, expect.mptcp_flags);
  assert.is(shown.key, expect.mptcp_key);
}

test('there are vectors of every file', () => {
  assert.ok(files.length >= 5, files.join());
  assert.ok(replies.length >= 150, String(replies.length));
});

for (const { file, vector } of replies) {
  if (vector.options === undefined) continue;
  const { options } = vector;
  test(`${file}: ${vector.sentence}`, () => agrees(vector, options));
}

for (const { sentence, version, key_c, key_s, joins, add_addrs, ...derived } of read(KeyVector, 'keys.json')) {
  test(`keys.json: ${sentence}`, () => {
    assert.is(token(key_c, version), derived.token_c);
    assert.is(token(key_s, version), derived.token_s);
    assert.is(initialDataSequence(key_c, version), derived.idsn_c);
    assert.is(initialDataSequence(key_s, version), derived.idsn_s);
    for (const { nonce_c, nonce_s, hmac_synack, hmac_ack } of joins) {
      const client = { key: key_c, nonce: nonce_c };
      const server = { key: key_s, nonce: nonce_s };
      assert.is(joinHmac(server, client, version).slice(0, 16), hmac_synack);
      assert.is(joinHmac(client, server, version).slice(0, 40), hmac_ack);
    }
    for (const { id, address, port, hmac, truncation, announcer } of add_addrs) {
      const [from, to] = announcer === 's' ? [key_s, key_c] : [key_c, key_s];
      const form = addAddrHmacForm(from, to, { address_id: id, address, port }, hmac);
      assert.is(form, truncation.replace('of_leftmost160', 'of_160'));
    }
  });
}

/** Fields of tshark for one packet each, empty where it has none. */
async function tshark(capture: string, fields: string[], args: string[] = []): Promise<string[][]> {
  const options = ['-n', '-r', capture, '-T', 'fields', '-E', 'occurrence=f', ...args];
  const { stdout } = await execa('tshark', [...options, ...fields.flatMap((field) => ['-e', field])]);
  return stdout.split('\n').map((line) => line.split('\t'));
}

if (!skipUnless(hasTshark, 'answers of Linux 6.18 are classified', 'tshark is not installed')) {
  test('answers of Linux 6.18 are classified', async () => {
    const frames = await tshark(fixture.pathname, ['tcp.options']);
    const live = replies.filter(({ vector }) => vector.answer_frame !== undefined);
    assert.ok(live.length >= 20);
    for (const { vector } of live) agrees(vector, frames[(vector.answer_frame ?? 0) - 1]?.[0] ?? '');
  });
}

/** A capture of SYN/ACKs and RSTs (pcap, raw IPv4) that carry these option areas, each in a stream of its own. */
function captureOf(packets: { flags: number; area: Buffer }[]): Buffer {
  const header = Buffer.from('d4c3b2a1020004000000000000000000ffff0000e4000000', 'hex');
  const bodies = packets.map(({ flags, area }, index) => {
    const options = Buffer.concat([area, Buffer.alloc((4 - (area.length % 4)) % 4, 1)]);
    const packet = Buffer.alloc(40 + options.length);
    packet.set(Buffer.from('45000000000000004006000000000000c6120001c6120002'.slice(0, 24), 'hex'));
    packet.writeUInt16BE(packet.length, 2);
    packet.set([198, 18, 0, 1, 198, 18, 0, 2], 12);
    packet.writeUInt16BE(80, 20);
    packet.writeUInt16BE(1024 + index, 22);
    packet.writeUInt8((5 + options.length / 4) << 4, 32);
    packet.writeUInt8(flags, 33);
    packet.set(options, 40);
    const record = Buffer.alloc(16);
    record.writeUInt32LE(packet.length, 8);
    record.writeUInt32LE(packet.length, 12);
    return Buffer.concat([record, packet]);
  });
  return Buffer.concat([header, ...bodies]);
}

const subtypes = [
  'MP_CAPABLE',
  'MP_JOIN',
  'DSS',
  'ADD_ADDR',
  'REMOVE_ADDR',
  'MP_PRIO',
  'MP_FAIL',
  'MP_FASTCLOSE',
  'MP_TCPRST',
];
const fields = ['subtype', 'version', 'flags', 'sendkey', 'rst_reason', 'sendtrunchmac'].map(
  (name) => `tcp.options.mptcp.${name}`,
);

function ours(option: MptcpOption): (number | bigint | null)[] {
  const capable = option.subtype === 'MP_CAPABLE' ? option : null;
  const key = capable?.sender_key ?? null;
  const hmac = option.subtype === 'MP_JOIN' && option.packet === 'synack' ? option.hmac : null;
  return [
    subtypes.indexOf(option.subtype),
    capable?.version ?? null,
    capable?.flags ?? null,
    key === null ? null : BigInt(`0x${key}`),
    option.subtype === 'MP_TCPRST' ? option.reason : null,
    hmac === null ? null : BigInt(`0x${hmac}`),
  ];
}

if (!skipUnless(hasTshark, 'tshark reads well-formed options as we do', 'tshark is not installed')) {
  test('tshark reads well-formed options as we do', async () => {
    const packets = replies.flatMap(({ vector: { name, tcp_flags, options } }) => {
      const area = Buffer.from(options ?? '', 'hex');
      const walked = [...tcpOptions(area)];
      const [option, ...more] = walked.filter(({ kind }) => kind === KIND.MPTCP);
      if (option === undefined || more.length > 0 || walked.some(({ fault }) => fault !== null)) return [];
      const decoded = decodeOption(option.bytes, tcp_flags === '12' ? 'synack' : 'ack');
      return decoded.option === null
        ? []
        : [{ name, flags: Number.parseInt(tcp_flags, 16), area, option: decoded.option }];
    });
    assert.ok(packets.length >= 50, String(packets.length));
    const home = await mkdtemp(join(tmpdir(), 'mptcp-census-vectors-'));
    try {
      const capture = join(home, 'vectors.pcap');
      await writeFile(capture, captureOf(packets));
      const rows = await tshark(capture, fields);
      for (const [index, { name, option }] of packets.entries()) {
        const theirs = (rows[index] ?? []).map((text) => (text === '' ? null : BigInt(text)));
        // tshark has a flags field for other subtypes too; we name what the bits mean
        if (option.subtype !== 'MP_CAPABLE') theirs[2] = null;
        const asked = ours(option).map((value) => (value === null ? null : BigInt(value)));
        assert.equal(theirs, asked, `${name}: tshark ${rows[index]?.join()}`);
      }
    } finally {
      await rm(home, { recursive: true });
    }
  });
}

test.run();
