import { once } from 'node:events';
import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { z } from 'zod';
import { scanFields } from '../../../orchestrator/tools/zmap/fields.ts';

const Reply = z.looseObject({
  classification: z.string(),
  tcp_options: z.string().nullable(),
  mptcp_key: z.string().nullable(),
});
type Reply = z.infer<typeof Reply>;

/** Numbers from 0 to below 2^32, the same in every run. */
function dice(): () => number {
  let state = 12_345;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
}

/**
 * The recorded replies to a probe, and a choice of them by two numbers. Of a hundred replies to the scan's probe, three are of servers that
 * speak MPTCP and four are oddities; of other probes few are recorded, and each comes as often.
 */
export function recordedReplies(probe = 'v1'): {
  all: Reply[];
  choose: (kind: number, one: number) => Reply | undefined;
} {
  const lines = readFileSync(new URL(`../../../test/fixtures/zmap/${probe}.ndjson`, import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const all = lines.map((line) => Reply.parse(JSON.parse(line)));
  if (probe !== 'v1') return { all, choose: (_kind, one) => all[one % all.length] };
  const named = (word: string) => all.filter(({ classification }) => classification === word);
  const [plain, capable] = [named('synack_no_option'), named('mp_capable')];
  const rest = all.filter((reply) => !plain.includes(reply) && !capable.includes(reply));
  return {
    all,
    choose(kind, one) {
      const pool = kind % 100 < 93 ? plain : kind % 100 < 96 ? capable : rest;
      return pool[one % pool.length];
    },
  };
}

/** Writes replies of as many addresses as zmap 2.1.1 prints them: recorded ones, with numbers and keys of their own. */
export async function writeReplies(path: string, count: number): Promise<void> {
  const roll = dice();
  const { choose } = recordedReplies();
  const hex = (digits: number) =>
    (roll().toString(16) + roll().toString(16).padStart(8, '0')).padStart(16, '0').slice(-digits);
  const file = createWriteStream(path);
  for (let n = 0; n < count; n += 1) {
    const reply = choose(roll(), roll());
    const address = `${1 + (n >>> 16)}.${(n >>> 8) & 255}.${n & 255}.${roll() % 256}`;
    const key = hex(16);
    const text = JSON.stringify({
      ...reply,
      ...{ saddr: address, target: address, seq: hex(8), ack: hex(8), dport: 32_768 + (roll() % 28_000) },
      ...{ ttl: 40 + (roll() % 24), rtt_us: 1000 + (roll() % 300_000), ipid: roll() % 65_536 },
      tcp_options: reply?.tcp_options?.replace(/080a.{16}/, `080a${hex(16)}`) ?? null,
      ...{ 'timestamp-ts': 1_795_403_424 + Math.floor(n / 10_000), 'timestamp-us': roll() % 1_000_000 },
    });
    const own = reply?.mptcp_key == null ? text : text.replaceAll(reply.mptcp_key, key);
    if (!file.write(`${own}\n`)) await once(file, 'drain');
  }
  file.end();
  await finished(file);
}

const asked: ReadonlySet<string> = new Set([...scanFields.zmap, ...scanFields.module]);

/** Writes the same replies with the fields that a census asks for alone. */
export async function writeAsked(path: string, all: string): Promise<void> {
  const file = createWriteStream(path);
  for await (const line of createInterface({ input: createReadStream(all) })) {
    const fields = Object.entries(z.record(z.string(), z.unknown()).parse(JSON.parse(line)));
    const kept = Object.fromEntries(fields.filter(([name]) => asked.has(name.replaceAll('-', '_'))));
    if (!file.write(`${JSON.stringify(kept)}\n`)) await once(file, 'drain');
  }
  file.end();
  await finished(file);
}
