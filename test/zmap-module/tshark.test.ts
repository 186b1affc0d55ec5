import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { skipUnless } from '../skip.ts';

const test = suite('tshark reads the vectors as they are meant');

const vectorSchema = z.object({
  name: z.string(),
  tcp_flags: z.string(),
  options: z.string(),
  expect: z.object({
    mptcp_length: z.number().nullable(),
    mptcp_version: z.number().nullable(),
    mptcp_flags: z.string().nullable(),
    mptcp_key: z.string().nullable(),
    faults: z.string(),
  }),
});
type Vector = z.infer<typeof vectorSchema>;

/** Where tshark 4.0 shows something else, and what; anything else that differs is an error. */
const deviations: Record<string, string> = {
  // -T fields puts the subtypes of all options of a packet into one cell.
  two_subtypes: '3,0 1 01 73bb150358a0aecb',
  second_other: '0,3 1 01 73bb150358a0aecb',
};

/** Faults that leave no whole, lone option to compare. */
const broken = ['length_below_two', 'past_end', 'truncated', 'duplicate_option', 'unexpected_length'];
const folder = join(import.meta.dirname, '../vectors');

/** Vectors with one well-formed MP_CAPABLE. */
function wellFormed(): Vector[] {
  const files = readdirSync(folder).filter((name) =>
    ['servers.json', 'mirrors.json', 'faults.json', 'lengths.json'].includes(name),
  );
  const all = files.flatMap((name) =>
    z.array(vectorSchema).parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))),
  );
  return all.filter(
    ({ expect }) => expect.mptcp_version !== null && !broken.some((fault) => expect.faults.includes(fault)),
  );
}

/** A capture file of raw IPv4 packets (link type 101), one reply each, from port n + 1024. */
function captureOf(vectors: readonly Vector[]): Buffer {
  const head = Buffer.from('d4c3b2a10200040000000000000000000000010065000000', 'hex');
  const records = vectors.map(({ options, tcp_flags }, n) => {
    const area = Buffer.from(options, 'hex');
    const packet = Buffer.alloc(40 + area.length);
    packet[0] = 0x45;
    packet.writeUInt16BE(packet.length, 2);
    packet[8] = 64;
    packet[9] = 6;
    Buffer.from('c6120001f0000002', 'hex').copy(packet, 12);
    packet.writeUInt16BE(80, 20);
    packet.writeUInt16BE(1024 + n, 22);
    packet[32] = ((20 + area.length) / 4) << 4;
    packet[33] = Number.parseInt(tcp_flags, 16);
    area.copy(packet, 40);
    const record = Buffer.alloc(16);
    record.writeUInt32LE(packet.length, 8);
    record.writeUInt32LE(packet.length, 12);
    return Buffer.concat([record, packet]);
  });
  return Buffer.concat([head, ...records]);
}

const names = ['subtype', 'version', 'flags', 'sendkey'].map((name) => `tcp.options.mptcp.${name}`);

/** What tshark shows of one packet in our words. */
function shown(line: string): string {
  const [subtype = '', version = '', flags = '', key = ''] = line.split('\t');
  const hex = (text: string, digits: number) =>
    text === '' ? 'null' : BigInt(text).toString(16).padStart(digits, '0');
  return `${subtype} ${version} ${hex(flags, 2)} ${hex(key, 16)}`;
}

test('subtype, version, flags and key of every well-formed MP_CAPABLE', async () => {
  const version = await execa('tshark', ['--version'], { reject: false });
  if (skipUnless(version.exitCode === 0, 'tshark vectors', 'tshark is missing')) return;
  const vectors = wellFormed();
  assert.ok(vectors.length > 40);
  const work = await mkdtemp(join(tmpdir(), 'tshark-vectors-'));
  try {
    const file = join(work, 'vectors.pcap');
    await writeFile(file, captureOf(vectors));
    const fields = names.flatMap((name) => ['-e', name]);
    const { stdout } = await execa('tshark', ['-r', file, '-T', 'fields', ...fields]);
    const lines = stdout.split('\n');
    assert.is(lines.length, vectors.length);
    for (const [n, { name, expect }] of vectors.entries()) {
      const ours = `0 ${expect.mptcp_version} ${expect.mptcp_flags} ${expect.mptcp_key}`;
      assert.is(shown(lines[n] ?? ''), deviations[name] ?? ours, name);
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
});

test.run();
