import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * Prints lines of a prober as two scans leave them, v1 and then v0, of hosts that each answered both: one in a hundred with an MPTCP
 * option and a key of its own, one in fifty twice. Recorded replies, with addresses, numbers, keys and times of their own, the same in
 * every run. Usage: node --import tsx scripts/bench/judge/lines.ts LINES > FILE
 */
const wanted = Number(process.argv[2] ?? 2_000_000);

const Reply = z.looseObject({ classification: z.string(), mptcp_key: z.string().nullable() });

/** What differs between two replies of a kind, as it is marked in the text of the recorded one. */
const marks = { target: '@target@', seq: '@seq@', ack: '@ack@', dport: 77_777_771, rtt_us: 77_777_772, at: 77_777_773 };
const key = '@key@';
const pattern = /"@target@"|@seq@|@ack@|7777777[123]|@key@/;

/** The text of a recorded reply, cut at its marks. */
function template(file: string, classification: string): { pieces: string[]; marks: string[] } {
  const lines = readFileSync(new URL(`../../../test/fixtures/zmap/${file}.ndjson`, import.meta.url), 'utf8').trim();
  const replies = lines.split('\n').map((line) => Reply.parse(JSON.parse(line)));
  const reply = replies.find((one) => one.classification === classification);
  if (reply === undefined) throw new Error(`${file} has no reply that is ${classification}`);
  const { at, ...fields } = marks;
  const marked = JSON.stringify({ ...reply, ...fields, saddr: marks.target, 'timestamp-us': at });
  const text = reply.mptcp_key === null ? marked : marked.replaceAll(reply.mptcp_key, key);
  return { pieces: text.split(pattern), marks: text.match(new RegExp(pattern, 'g')) ?? [] };
}

const probes = ['v1', 'v0'].map((file) => ({
  plain: template(file, 'synack_no_option'),
  capable: template(file, file === 'v1' ? 'mp_capable' : 'echoed'),
}));

/** A number from 0 to below 2^32 that looks drawn, the same for the same two. */
function mixed(n: number, salt: number): number {
  let x = Math.imul(n ^ (salt * 0x9e3779b1), 0x85ebca6b) >>> 0;
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35) >>> 0;
  return (x ^ (x >>> 16)) >>> 0;
}

const hex = (word: number) => word.toString(16).padStart(8, '0');
const mostHosts = 1 << 24;

function line(n: number, probe: number, repeat: number): string {
  // hosts in an order of no meaning: an odd factor reaches each of them once
  const host = Math.imul(n, 0x9e3779b1) & (mostHosts - 1);
  const { plain, capable } = probes[probe] ?? { plain: { pieces: [], marks: [] }, capable: { pieces: [], marks: [] } };
  const { pieces, marks: found } = mixed(n, 1) % 100 === 0 ? capable : plain;
  const values: Record<string, string> = {
    [`"${marks.target}"`]: `"10.${host >>> 16}.${(host >>> 8) & 255}.${host & 255}"`,
    [marks.seq]: hex(mixed(n, 2 + probe)),
    [marks.ack]: hex(mixed(n, 4 + probe)),
    [marks.dport]: String(32_768 + (mixed(n, 6 + probe) % 28_000)),
    [marks.rtt_us]: String(1000 + (mixed(n, 8) % 300_000)),
    [marks.at]: String((mixed(n, 9) % 900_000) + 1000 * repeat),
    [key]: hex(mixed(n, 10 + probe)) + hex(mixed(n, 12 + probe)),
  };
  let text = pieces[0] ?? '';
  for (const [at, mark] of found.entries()) text += (values[mark] ?? '') + (pieces[at + 1] ?? '');
  return `${text}\n`;
}

const hosts = Math.ceil(wanted / 2 / 1.019);
let printed = 0;
for (const probe of [0, 1]) {
  let piece = '';
  for (let n = 0; n < hosts && printed < wanted; n += 1) {
    for (let repeat = 0; repeat <= Number(mixed(n, 20 + probe) % 50 === 0) && printed < wanted; repeat += 1) {
      piece += line(n, probe, repeat);
      printed += 1;
    }
    if (piece.length < 1 << 18) continue;
    if (!process.stdout.write(piece)) await once(process.stdout, 'drain');
    piece = '';
  }
  process.stdout.write(piece);
}
