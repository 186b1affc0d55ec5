import { mkdtempSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { setUpRun } from './set-up-run.ts';
import { cli, requireOneLine, shell } from './shell.ts';

const test = suite('commands/audit');

const Sampled = z.looseObject({
  label: z.literal(''),
  address: z.string(),
  port: z.int(),
  version: z.int(),
  verdict: z.string(),
  rules: z.array(z.strictObject({ name: z.string(), says: z.string() })),
  replies: z.array(
    z.strictObject({
      classification: z.string(),
      read: z.looseObject({ option: z.string().nullable() }).nullable(),
      reply: z.looseObject({
        address: z.string(),
        port: z.int(),
        probe: z.string(),
        tcp_options: z.string().nullable(),
      }),
    }),
  ),
  connection: z.looseObject({ address: z.string() }).nullable(),
});

/** A SYN/ACK as a program of the user's own prints it; `option` is the MPTCP option in it. */
function reply(probe: 'v1' | 'v0', option: string) {
  const key = probe === 'v0' ? '6310c87aa645bd0f' : null;
  const sent = { v1: '1e040101', v0: `1e0c0001${key}` }[probe];
  return {
    ...{ address: '198.18.9.9', port: 80, probe, source_port: probe === 'v1' ? 40_001 : 40_002, pass: 1 },
    ...{ seq: '9b5636f0', ack: 'e09af93e', classification: 'mp_capable', rtt_us: null, rtt_us_missing: 'not_returned' },
    ...{
      sent_version: probe === 'v1' ? 1 : 0,
      sent_flags: '01',
      sent_key: key,
      sent_option: sent,
      sent_seq: 'e09af93d',
    },
    ...{ sent_tsval: null, sent_window: 64240, sent_ip_id: 54321, sent_options_order: 'mss,sackok,ts,nop,ws,mptcp' },
    ...{ option, options_mptcp: [option], version: null, flags: '01', sender_key: null, faults: [], rtt_source: null },
    ...{ tcp_options: `020405b4${option}`, options_order: 'mss,mptcp', tcp_flags: '12', window: 65160, ttl: 63 },
    ...{ ip_id: 0, ip_df: true, ip_tos: 0, icmp_type: null, icmp_code: null, icmp_hop: null, icmp_quoted_option: null },
    ...{ icmp_quoted_options: null, icmp_quoted_options_missing: 'not_applicable' },
    received_at: '2026-11-26T11:00:00.000000Z',
  };
}

const records = join(mkdtempSync(join(tmpdir(), 'audit-')), 'records.ndjson');
const replies = [reply('v1', '1e0c0101a1b2c3d4e5f60718'), reply('v0', '1e0c00016310c87aa645bd0f')];
writeFileSync(records, replies.map((one) => `${JSON.stringify(one)}\n`).join(''));
const { config, folder, root } = setUpRun({ scan: ['cat', records] });
const made = await shell(`${cli} run -c ${config} ${folder}`);
assert.is(made.exitCode, 0, made.stderr);
const sampled = await shell(`${cli} audit ${folder} --per-class 2`);
const lines = sampled.stdout
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => Sampled.parse(JSON.parse(line)));

test('each line has all replies of its endpoint, decoded, the rules that fired with their sentences, and an empty label', async () => {
  assert.is(sampled.exitCode, 0, sampled.stderr);
  assert.equal(
    lines.map(({ version, verdict, rules }) => [version, verdict, rules.map(({ name }) => name)]),
    [
      [1, 'echoed_option', ['echo_in_other_version']],
      [0, 'echoed_option', ['option_echoed']],
    ],
  );
  for (const { replies: own, rules, connection } of lines) {
    assert.equal(
      own.map(({ reply: one, read }) => [one.probe, one.tcp_options, read?.option]),
      replies.map(({ probe, tcp_options, option }) => [probe, tcp_options, option]).reverse(),
    );
    assert.ok(rules.every(({ says }) => says.length > 20));
    assert.is(connection, null);
  }
});

test('labels are read back: JSON as it was printed, with the bad lines kept', async () => {
  const file = join(root, 'labelled.ndjson');
  const text = lines.map((line, i) => `${JSON.stringify({ ...line, label: i === 0 ? '' : line.verdict })}\n`).join('');
  await writeFile(file, text);
  const { exitCode, stdout, stderr } = await shell(`${cli} audit ${folder} --labels ${file}`);
  assert.is(exitCode, 0, stderr);
  assert.match(stdout, 'Labels by hand against verdicts');
  assert.match(stdout, 'Labelled: 1 claim of 2');
  assert.match(stdout, /verdict and label agree .* 100\.00/);
  assert.match(stderr, '1 of its lines could not be used');
  const kept = (await readFile(`${file}.rejects.ndjson`, 'utf8')).trim();
  assert.is(JSON.parse(kept).reason, 'no label');
});

test('labels of another run are refused with the reason of the first', async () => {
  const file = join(root, 'other.csv');
  await writeFile(file, 'label,address,port,version\ncapable,198.19.255.254,80,1\n');
  const { exitCode, stderr } = await shell(`${cli} audit ${folder} --labels ${file}`);
  assert.is(exitCode, 2);
  requireOneLine(stderr, /line 2: the run has no such address, port and version/);
});

const refused: [args: string, says: RegExp][] = [
  [`${root}/nothing`, /holds no manifest.json/],
  [`${folder} --labels ${root}/nothing`, /cannot be read/],
];
for (const [args, says] of refused) {
  test(`audit ${args.split('/').at(-1)} is refused in a line`, async () => {
    const { exitCode, stderr } = await shell(`${cli} audit ${args}`);
    assert.is(exitCode, 2);
    requireOneLine(stderr, says);
  });
}

test('a sample of none is no sample', async () => {
  const { exitCode, stderr } = await shell(`${cli} audit ${folder} --per-class 0`);
  assert.is(exitCode, 2);
  assert.match(stderr, 'a number from 1 to 10000');
});

test.run();
