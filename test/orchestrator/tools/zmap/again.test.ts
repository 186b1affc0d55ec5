import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { canonicalAddress } from '../../../../orchestrator/address/ip.ts';
import { Config } from '../../../../orchestrator/config/config.ts';
import { RunFolder } from '../../../../orchestrator/core/folder/folder.ts';
import type { ScanTarget } from '../../../../orchestrator/roles.ts';
import { scan } from '../../../../orchestrator/stages/scan.ts';
import { findTool } from '../../../../orchestrator/tools/finder.ts';
import { zmap } from '../../../../orchestrator/tools/zmap/tool.ts';
import { decodeRows } from '../../core/part/decoding.ts';
import { decodeAll, makeContext, temporaryFolder } from '../context.ts';
import { type Answers, fakeZmap } from './answering-zmap.ts';

const test = suite('what was silent is asked again');

const fixture = new URL('../../../fixtures/zmap/v1.ndjson', import.meta.url);
const reply = JSON.parse(readFileSync(fixture, 'utf8').split('\n')[0] ?? '');

interface Asking {
  targets: string[];
  answers?: Answers;
  scan?: Record<string, unknown>;
  blocklist?: string;
}

/** Collects a part with a zmap that answers so; gives its context and what zmap was told. */
async function ask({ targets, answers = {}, scan = {}, blocklist = '' }: Asking) {
  const { within, argv } = await fakeZmap(answers, reply);
  const file = join(await temporaryFolder(), 'blocklist');
  await writeFile(file, blocklist);
  const lab = { lab: true, lab_ranges: ['198.18.0.0/15', '2001:db8::/32'], targets: { list: 'x' } };
  const config = Config.parse({ ...lab, scan: { versions: [1], blocklist: blocklist === '' ? null : file, ...scan } });
  const rows: ScanTarget[] = targets.map((target) => ({ target }));
  const context = await makeContext({ rows, config, within, runsAs: 'plug-in' });
  await zmap.collect?.(context);
  const runs = readFileSync(argv, 'utf8').split('\n').filter(Boolean);
  return { context, runs };
}

/** Whom a pass of the run of port 80 and v1 was sent to; null when there was no such pass. */
function listOf(folder: string, pass: number): string[] | null {
  const path = join(folder, `80-v1-pass${pass}.targets.txt`);
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : null;
}

const three = ['198.18.4.1', '198.18.4.2', '198.18.4.3'];
const once = { passes: [1] };

const cases: [sentence: string, asking: Asking, second: string[] | null][] = [
  ['nobody answered', { targets: three }, ['198.18.4.1/32', '198.18.4.2/32', '198.18.4.3/32']],
  ['one answered', { targets: three, answers: { '198.18.4.2': once } }, ['198.18.4.1/32', '198.18.4.3/32']],
  ['all answered', { targets: ['198.18.4.1'], answers: { '198.18.4.1': once } }, null],
  ['retries are off', { targets: three, scan: { retries: 0 } }, null],
  [
    'an RST, an ICMP error and a line that makes no record are answers',
    {
      targets: three,
      answers: {
        '198.18.4.1': { ...once, classification: 'rst' },
        '198.18.4.2': { ...once, classification: 'icmp_unreachable' },
        '198.18.4.3': { ...once, classification: 'what nobody knows' },
      },
    },
    null,
  ],
  [
    'of a prefix all are asked that gave no answer',
    { targets: ['198.18.4.0/29'], answers: { '198.18.4.3': once } },
    ['198.18.4.0/31', '198.18.4.2/32', '198.18.4.4/30'],
  ],
  [
    'who opted out within a prefix is not asked, the first time or the second',
    { targets: ['198.18.4.0/29'], answers: { '198.18.4.3': once }, blocklist: '198.18.4.4/30\n' },
    ['198.18.4.0/31', '198.18.4.2/32'],
  ],
  [
    'all but those who opted out answered',
    { targets: ['198.18.4.0/30'], answers: { '198.18.4.0': once, '198.18.4.1': once }, blocklist: '198.18.4.2/31\n' },
    null,
  ],
];
for (const [sentence, asking, second] of cases) {
  test(`${sentence}: the second pass asks ${second === null ? 'nobody' : second.join(', ')}`, async () => {
    const { context, runs } = await ask(asking);
    assert.equal(listOf(context.folder, 2), second);
    assert.is(runs.length, second === null ? 1 : 2);
    if (second !== null) assert.match(runs[1] ?? '', `-w ${context.folder}/80-v1-pass2.targets.txt -P 1 `);
    assert.is(listOf(context.folder, 3), null);
  });
}

test('the second pass has the port, rate, seed, blocklist and secret of the first, and SYNs of its own', async () => {
  const { runs } = await ask({ targets: three, scan: { ports: [443], versions: [0], rate: 250 } });
  const bare = runs.map((run) =>
    run
      .replace(/-(w|o|m) \S+/g, '')
      .replace(',attempt=2', '')
      .replace(',probe_num', ''),
  );
  assert.match(runs[1] ?? '', '--probe-args=v0,attempt=2 ');
  assert.is(bare.length, 2);
  assert.is(bare[0], bare[1]);
});

test('a record says in which pass its answer came, and who answered the second SYN alone is found', async () => {
  const answers = { '198.18.4.1': once, '198.18.4.2': { passes: [2] } };
  const { context } = await ask({ targets: three, answers });
  const { records, rejects } = await decodeAll(zmap, context);
  assert.equal(rejects, []);
  assert.equal(
    records.map(({ address, pass }) => [address, pass]),
    [
      ['198.18.4.1', 1],
      ['198.18.4.2', 2],
    ],
  );
});

test('who answers the first SYN while the second pass is under way is one record, of the pass before', async () => {
  const answers = { '198.18.4.1': once, '198.18.4.2': { passes: [2] } };
  const { context } = await ask({ targets: three, answers });
  const [first, second] = ['80-v1', '80-v1-pass2'].map((name) => join(context.folder, `${name}.ndjson`));
  const replies = readFileSync(first ?? '', 'utf8') + readFileSync(second ?? '', 'utf8');
  await writeFile(second ?? '', replies);
  await rm(join(context.folder, '80-v1-pass2.metadata.json')); // it would count one reply
  const folder = new RunFolder(await temporaryFolder());
  const stage = scan(findTool);
  await mkdir(folder.raw('scan', '00000'), { recursive: true });
  await cp(context.folder, folder.raw('scan', '00000'), { recursive: true });
  await mkdir(dirname(folder.input('scan', '00000')), { recursive: true });
  await writeFile(folder.input('scan', '00000'), three.map((target) => `${JSON.stringify({ target })}\n`).join(''));
  const { rows, counts, facts } = await decodeRows({ stage, tool: zmap, folder, config: context.config });
  const Row = z.object({ address: z.string(), pass: z.int() });
  assert.equal(
    rows.map((row) => Row.parse(row)),
    [
      { address: '198.18.4.1', pass: 1 },
      { address: '198.18.4.2', pass: 2 },
    ],
  );
  assert.equal([counts.units_in, counts.answered, counts.failed], [3, 2, { timeout: 1 }]);
  assert.is(facts.repeats, 1);
});

test('with more retries each pass asks those who were silent in all before', async () => {
  const answers = { '198.18.4.1': { passes: [2] }, '198.18.4.2': { passes: [3] } };
  const { context, runs } = await ask({ targets: three, answers, scan: { retries: 2 } });
  assert.equal(listOf(context.folder, 3), ['198.18.4.2/32', '198.18.4.3/32']);
  assert.is(runs.length, 3);
  const { records } = await decodeAll(zmap, context);
  assert.equal(
    records.map(({ address, pass }) => [address, pass]),
    [
      ['198.18.4.1', 2],
      ['198.18.4.2', 3],
    ],
  );
});

test('each port and version is asked again by itself', async () => {
  const scan = { ports: [80, 443], versions: [1, 0] };
  const { runs } = await ask({ targets: three, answers: { '198.18.4.1': once }, scan });
  const names = runs.map((run) => /(\S+)\.ndjson/.exec(run)?.[1]?.split('/').at(-1));
  const first = ['80-v1', '80-v0', '443-v1', '443-v0'];
  assert.equal(names.sort(), [...first, ...first.map((name) => `${name}-pass2`)].sort());
});

test('IPv6 targets keep their numbers and their list, and zmap is told how many of them it is to walk', async () => {
  const targets = ['2001:db8::9', '2001:db8::5', '2001:db8::7', '2001:db8::6'];
  const answers = { '240.0.0.1': { ...once, as: '2001:db8::6' } };
  const { context, runs } = await ask({ targets, answers });
  const [first = '', second = ''] = runs;
  const { folder } = context;
  assert.match(first, `--probe-args=v1,list=hitlist.bin -p 80 -C ${folder}/zmap.conf -b ${folder}/no-blocklist.txt`);
  assert.match(second, `--probe-args=v1,attempt=2,list=hitlist.bin,walk=3 -p 80 `);
  assert.match(second, `-b ${folder}/no-blocklist.txt -w ${folder}/80-v1-ipv6-pass2.targets.txt`);
  const lines = (name: string) => readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean);
  assert.equal(lines('80-v1-ipv6-pass2.targets.txt'), ['240.0.0.0/32', '240.0.0.2/31']);
  assert.equal(lines('80-v1-ipv6-pass2.addresses.txt').map(canonicalAddress), [
    '2001:db8::5',
    '2001:db8::7',
    '2001:db8::9',
  ]);
  const { targets_sent, targets_asked_again, units_blocked } = (await zmap.facts?.(folder)) ?? {};
  assert.equal([targets_sent, targets_asked_again, units_blocked], [7, 3, 0]);
});

test('packets are counted over both passes, opt-outs within a prefix once', async () => {
  const { context } = await ask({
    targets: ['198.18.4.0/29'],
    answers: { '198.18.4.0': once, '198.18.4.1': { passes: [2] } },
    blocklist: '198.18.4.6/31\n',
  });
  const { out_rsts, ...facts } = (await zmap.facts?.(context.folder)) ?? {};
  assert.type(out_rsts, 'number');
  assert.equal(facts, {
    targets_sent: 6 + 5,
    targets_asked_again: 5,
    send_failures: 0,
    packets_received: 2,
    receive_drops: 0,
    units_blocked: 2,
  });
});

test('the second pass is read whatever the configuration asks for by now', async () => {
  const { context } = await ask({ targets: three, answers: { '198.18.4.2': { passes: [2] } } });
  const scan = { ...context.config.scan, retries: 0 };
  const { records } = await decodeAll(zmap, { ...context, config: { ...context.config, scan } });
  assert.equal(
    records.map(({ address }) => address),
    ['198.18.4.2'],
  );
});

test('replies of a second pass that are gone are not read as silence', async () => {
  const { context } = await ask({ targets: three, answers: { '198.18.4.2': { passes: [2] } } });
  const replies = join(context.folder, '80-v1-pass2.ndjson');
  const failure = async () => String(await decodeAll(zmap, context).catch((error: unknown) => error));
  await writeFile(replies, '');
  assert.match(await failure(), /80-v1-pass2\.ndjson holds 0 replies, zmap counted 1/);
  await rm(replies);
  assert.match(await failure(), /ENOENT.*80-v1-pass2\.ndjson/);
});

test.run();
