import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import { RunFolder } from '../../../../orchestrator/core/folder/folder.ts';
import { CensusError } from '../../../../orchestrator/errors.ts';
import { ScanRecord } from '../../../../orchestrator/schemas/records/scan.ts';
import { scan } from '../../../../orchestrator/stages/scan.ts';
import { findTool } from '../../../../orchestrator/tools/finder.ts';
import { decodeRows } from '../../core/part/decoding.ts';

const test = suite('zmap: replies of a run');
const stage = scan(findTool);
const config = Config.parse({
  lab: true,
  lab_ranges: ['198.18.0.0/15'],
  targets: { list: 'x' },
  scan: { versions: [1] },
});

function fixture(name: string): string[] {
  const text = readFileSync(new URL(`../../../fixtures/zmap/${name}.ndjson`, import.meta.url), 'utf8');
  return text.split('\n').filter((line) => line !== '');
}

/** What core and the tool make of the replies of one zmap to port 80. */
async function decode(lines: string[], metadata: string | null = null) {
  const folder = new RunFolder(mkdtempSync(join(tmpdir(), 'replies-')));
  const input = folder.input('scan', '00000');
  mkdirSync(dirname(input), { recursive: true });
  writeFileSync(input, '{"target":"198.18.0.0/15"}\n');
  const raw = folder.raw('scan', '00000');
  mkdirSync(raw, { recursive: true });
  writeFileSync(join(raw, '80-v1.ndjson'), lines.map((line) => `${line}\n`).join(''));
  if (metadata !== null) writeFileSync(join(raw, '80-v1.metadata.json'), metadata);
  writeFileSync(join(raw, 'allowlist.txt'), '198.18.0.0/15\n');
  const { facts, counts, rows } = await decodeRows({ stage, tool: stage.tool(config), folder, config });
  const { synacks = 0, synacks_repeated = 0, repeats } = facts;
  return {
    records: rows.map((row) => ScanRecord.parse(row)),
    counts,
    seen: { synacks, synacks_repeated, repeats },
  };
}

/** The same reply again, as zmap prints it: later, with a longer round trip and another IP ID. */
function again(line: string, more: Record<string, unknown> = {}): string {
  const reply = JSON.parse(line);
  const area = reply.tcp_options?.replace(/080a.{8}/, '080affffffff') ?? null;
  return JSON.stringify({ ...reply, tcp_options: area, rtt_us: 999_999, ipid: 7, repeat: 1, ttl: 60, ...more });
}

test('two SYN/ACKs of one target that differ are both records, in the order they came', async () => {
  const { records, seen, counts } = await decode(fixture('two-replies'));
  assert.equal(
    records.map(({ classification }) => classification),
    ['mp_capable', 'synack_no_option'],
  );
  assert.equal(seen, { synacks: 2, synacks_repeated: 0, repeats: 0 });
  assert.is(counts.answered, 1);
});

test('one SYN that is answered with two keys gives two records, and both name the SYN', async () => {
  const { records, seen } = await decode(fixture('two-synacks'));
  assert.is(new Set(records.map(({ sender_key }) => sender_key)).size, 2);
  assert.is(new Set(records.map(({ source_port, ack }) => `${source_port} ${ack}`)).size, 1);
  assert.equal(seen, { synacks: 2, synacks_repeated: 0, repeats: 0 });
});

test('a SYN/ACK that is repeated is one record, and its repeats are counted', async () => {
  const [first = ''] = fixture('two-synacks');
  const once = await decode([first]);
  const { records, seen } = await decode([first, again(first), again(first)]);
  assert.equal(records, once.records, 'the first one stands');
  assert.equal(seen, { synacks: 1, synacks_repeated: 2, repeats: 2 });
});

test('a reset that is sent twice is a repeat, but none of a SYN/ACK', async () => {
  const reset = fixture('v1').find((line) => JSON.parse(line).classification === 'rst') ?? '';
  const { records, seen } = await decode([reset, again(reset)]);
  assert.is(records.length, 1);
  assert.equal(seen, { synacks: 0, synacks_repeated: 0, repeats: 1 });
});

test('a reset after a SYN/ACK is another reply', async () => {
  const [first = ''] = fixture('two-synacks');
  const reset = { classification: 'rst', tcp_flags: '04', success: 0, mptcp_option: null, mptcp_options: null };
  const { records, seen } = await decode([first, again(first, reset)]);
  assert.is(records.length, 2);
  assert.equal(seen, { synacks: 1, synacks_repeated: 0, repeats: 0 });
});

test('recorded replies of many kinds of host hold no repeat', async () => {
  const { records, seen } = await decode(fixture('v1'));
  assert.is(records.length, 30);
  assert.equal(seen, { synacks: 27, synacks_repeated: 0, repeats: 0 });
});

/** zmap's own count of what it wrote, in the words of either release. */
const counted = (name: 'v1-metadata' | 'versions/4.3.4-metadata', replies: number) => {
  const text = readFileSync(new URL(`../../../fixtures/zmap/${name}.json`, import.meta.url), 'utf8');
  return JSON.stringify({ ...JSON.parse(text), success_total: replies, failure_total: 0 });
};
const fewer: [sentence: string, lines: number, zmap: number][] = [
  ['an emptied file', 0, 12],
  ['one that lost its last line', 2, 3],
  ['one that got a line', 2, 1],
];
for (const name of ['v1-metadata', 'versions/4.3.4-metadata'] as const) {
  for (const [sentence, lines, zmap] of fewer) {
    test(`replies that are not as many as zmap counted are an error that names the file: ${sentence} (${name})`, async () => {
      const error = await decode(fixture('two-synacks').slice(0, lines), counted(name, zmap)).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      assert.instance(error, CensusError);
      assert.match(String(error), `80-v1.ndjson holds ${lines} replies, zmap counted ${zmap} in 80-v1.metadata.json`);
    });
  }

  test(`replies that are as many as zmap counted pass, and repeats are among them (${name})`, async () => {
    const [first = '', second = ''] = fixture('two-synacks');
    const { records, seen } = await decode([first, again(first), second], counted(name, 3));
    assert.is(records.length, 2);
    assert.is(seen.repeats, 1);
  });
}

test.run();
