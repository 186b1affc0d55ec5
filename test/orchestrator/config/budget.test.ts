import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  budgetLine,
  defaultBudget,
  requireBudget,
  synsPerAddress,
  synsWithin,
} from '../../../orchestrator/config/budget.ts';
import { Config } from '../../../orchestrator/config/config.ts';
import { pipeline } from '../../../orchestrator/pipeline.ts';
import { findTool } from '../../../orchestrator/tools/finder.ts';

const test = suite('budget');

const configured = (more: Record<string, unknown> = {}) =>
  Config.parse({ targets: { prefixes: ['8.8.8.0/24'] }, contact: 'a@example.edu', ...more });
const sumOf = (more: Record<string, unknown> = {}) =>
  synsPerAddress(configured(more)).reduce((sum, { syns }) => sum + syns, 0);

test('the default configuration keeps the default budget, and leaves nothing of it', () => {
  assert.is(sumOf(), defaultBudget);
  requireBudget(configured());
});

const sums: [sentence: string, config: Record<string, unknown>, syns: number][] = [
  ['two SYNs a version, six opinions, three connections of seven SYNs, five pairs', {}, 4 + 6 + 21 + 5],
  ['never asked again', { scan: { retries: 0 } }, 2 + 6 + 21 + 5],
  ['a second port that is asked for a page', { scan: { ports: [80, 8080] } }, 2 * (4 + 6 + 21) + 5],
  [
    'a second port with TLS, which the held connection asks itself',
    { scan: { ports: [80, 443] } },
    2 * 10 + 21 + 7 + 5,
  ],
  ['a port that is asked nothing', { scan: { ports: [22] } }, 4 + 6 + 7 + 5],
  [
    'a connection that asks at once, on any port',
    { scan: { ports: [22] }, handshake: { hold_first: false } },
    4 + 6 + 14 + 5,
  ],
  ['v0 alone has two opinions', { scan: { versions: [0] } }, 2 + 2 + 21 + 5],
  ['no second opinions', { confirm: false }, 4 + 21 + 5],
  ['fewer second opinions', { confirm: { probes: ['grease'] } }, 4 + 1 + 21 + 5],
  ['a shorter time to connect', { handshake: { timeout: '4s' } }, 4 + 6 + 12 + 5],
  ['as many pairs as pings', { path: { probes: 10 } }, 4 + 6 + 21 + 10],
  ['an announced address is joined once', { handshake: { join: true } }, 36 + 1],
  ['pings alone are no SYNs', { path: { tool: 'icmp-echo' } }, 4 + 6 + 21],
  ['no pings, no pairs', { path: { ping: false } }, 4 + 6 + 21],
  ['every TTL of both passes and versions', { hops: { ttl: 10, passes: 2 } }, 36 + 40],
  ['a rescan asks as often as the scan does', { rescan: 0.01, scan: { retries: 2 } }, 6 + 6 + 6 + 21 + 5],
];
for (const [sentence, config, syns] of sums) test(sentence, () => assert.is(sumOf(config), syns));

/** Seconds at which Linux 6.18 sends the SYNs of one attempt: 0, 1, 2, 3, 4, 5, 7, 11. */
for (const [seconds, syns] of [
  [0.5, 1],
  [1.5, 2],
  [4.5, 5],
  [5.5, 6],
  [6.5, 6],
  [7.5, 7],
  [10, 7],
  [11.5, 8],
  [18, 8],
] as const) {
  test(`an attempt of ${seconds} s is ${syns} SYNs`, () => assert.is(synsWithin(seconds), syns));
}

test('one SYN more than the budget is refused, as many as it are not; the message has each stage', () => {
  requireBudget(configured({ budget: 36 }));
  assert.throws(
    () => requireBudget(configured({ budget: 35 })),
    /36 SYNs to one address \(scan 4, confirm 6, handshake 21, path 5\), but budget is 35/,
  );
  assert.throws(() => requireBudget(configured({ scan: { ports: [80, 443] } })), /53 SYNs .* budget is 36/);
  requireBudget(configured({ scan: { ports: [80, 443] }, budget: 53 }));
});

test('joins need a budget that somebody raised, and are told of by themselves', () => {
  const join = { handshake: { join: true } };
  assert.throws(
    () => requireBudget(configured(join)),
    /37 SYNs to one address \(.*, joins 1, path 5\), but budget is 36/,
  );
  requireBudget(configured({ ...join, budget: 37 }));
  assert.match(budgetLine(configured({ ...join, budget: 37 })), 'handshake 21, joins 1,');
});

test('joins are of held connections', () => {
  assert.throws(() => configured({ handshake: { join: true, hold_first: false } }), /join needs hold_first/);
  assert.is(configured({ handshake: { hold_first: false } }).handshake.join, false);
});

test('a lab has no budget but the one it sets', () => {
  const lab = { lab: true, lab_ranges: ['198.18.0.0/15'], scan: { ports: [80, 81, 82] } };
  requireBudget(configured(lab));
  assert.throws(() => requireBudget(configured({ ...lab, budget: 36 })), /budget is 36/);
});

test('the line has the sum, the stages, the budget, and what is no SYN', () => {
  assert.is(
    budgetLine(configured()),
    'To one address at most 36 SYNs over the whole run (scan 4, confirm 6, handshake 21, path 5; budget 36); 5 ICMP echo requests',
  );
  assert.match(budgetLine(configured({ os: true })), /nmap.s own probes are not counted/);
  const sentinels = { plain: '192.0.2.7' };
  assert.match(
    budgetLine(configured({ sentinels })),
    /; each of your sentinels gets up to 9 SYNs per stage that sends$/,
  );
});

test('every stage that sends to addresses is counted, or sends no SYN that can be', () => {
  const counted = new Set([...synsPerAddress(configured({ hops: {}, rescan: true })).map(({ stage }) => stage), 'os']);
  const sending = pipeline(findTool).flatMap((stage) => (stage.kind === 'parts' && stage.screen ? [stage.name] : []));
  assert.equal(
    sending.filter((stage) => !counted.has(stage)),
    [],
  );
});

test.run();
