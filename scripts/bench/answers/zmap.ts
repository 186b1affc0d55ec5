import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { parsePrefix } from '../../../orchestrator/address/ip.ts';
import { recordedReplies } from '../records/replies.ts';

/**
 * Stands in for a zmap 4 with our module built in, and sends nothing: every address on the allowlist has answered, in a mixed order, with
 * a reply to the same probe as it was recorded once. It writes the fields that it is asked for, and metadata.
 */
const argv = process.argv.slice(2);
const argument = (name: string) => argv[argv.indexOf(name) + 1] ?? '';
const probe = argv.find((text) => text.startsWith('--probe-args='))?.slice('--probe-args='.length) ?? '';

/** What differs from reply to reply; each stands in a template as `@letter@`. */
const marks = { target: 'T', seq: 'S', ack: 'A', mptcp_key: 'K', rtt_us: 'R', dport: 'D', timestamp_us: 'U' };

/** A recorded reply with only the fields asked for, cut into pieces at what differs; odd pieces are letters. */
function template(reply: Record<string, unknown>, fields: readonly string[]): string[] {
  const spelled = new Map(Object.entries(reply).map(([name, value]) => [name.replaceAll('-', '_'), value]));
  const row: Record<string, unknown> = {};
  for (const field of fields) row[field] = spelled.get(field) ?? spelled.get(field.replace(/^ip_id$/, 'ipid')) ?? null;
  for (const [name, letter] of Object.entries(marks)) if (row[name] != null) row[name] = `@${letter}@`;
  const key = spelled.get('mptcp_key');
  const text = JSON.stringify(row).replace(/"@([RDU])@"/g, '@$1@');
  return (typeof key === 'string' ? text.replaceAll(key, '@K@') : text).split('@');
}

function addresses(path: string): { count: number; at: (n: number) => number } {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  const starts: number[] = [];
  const firsts: number[] = [];
  let count = 0;
  for (const line of lines) {
    const prefix = parsePrefix(line);
    if (prefix === null) continue;
    starts.push(count);
    firsts.push(prefix.words[0] ?? 0);
    count += 2 ** (32 - prefix.length);
  }
  // prefixes of a shard are of one size but for the last
  const size = lines.length > 1 ? (starts[1] ?? count) : count;
  return {
    count,
    at(n) {
      const index = Math.min(Math.floor(n / size), starts.length - 1);
      return (firsts[index] ?? 0) + n - (starts[index] ?? 0);
    },
  };
}

const dotted = (address: number) =>
  `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
const hex = (value: number) => (value >>> 0).toString(16).padStart(8, '0');

function answerAll(): void {
  const { count, at } = addresses(argument('-w'));
  const fields = argument('-f').split(',');
  const { all, choose } = recordedReplies(probe);
  const templates = new Map<unknown, string[]>(all.map((reply) => [reply, template(reply, fields)]));
  const file = openSync(argument('-o'), 'w');
  let text = '';
  for (let n = 0; n < count; n += 1) {
    // a prime as the step: each address comes once
    const address = at((n * 1_000_003) % count);
    const mixed = Math.imul(address, 2_246_822_519) >>> 0;
    const values: Record<string, string> = {
      T: dotted(address),
      S: hex(mixed),
      A: hex(mixed ^ 0x5bd1e995),
      K: hex(mixed) + hex(~mixed),
      R: String(1000 + (mixed % 300_000)),
      D: String(32_768 + (mixed % 28_000)),
      U: String(mixed % 1_000_000),
    };
    const pieces = templates.get(choose(mixed >>> 8, mixed >>> 4)) ?? [];
    for (const [index, piece] of pieces.entries()) text += index % 2 === 0 ? piece : values[piece];
    text += '\n';
    if (text.length > 1 << 20) {
      writeSync(file, text);
      text = '';
    }
  }
  writeSync(file, text);
  closeSync(file);
  const none = { send_to_failures: 0, pcap_drop: 0, pcap_ifdrop: 0, failure_total: 0 };
  const whole = { blocklist_total_allowed: count, targets_scanned: count, pcap_recv: count, success_total: count };
  writeFileSync(argument('-m'), JSON.stringify({ ...none, ...whole }));
}

if (argv.includes('--version')) console.log('zmap v4.3.4');
else if (argv.includes('--list-probe-modules')) console.log('tcp_synscan\nmptcp_synscan');
else answerAll();
