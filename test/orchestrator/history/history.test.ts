// runs: behind
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { summaryLines } from '../../../orchestrator/history/summary.ts';
import { HistoryAnnouncer } from '../../../orchestrator/schemas/records/history/announcer.ts';
import { HistoryConstantKey } from '../../../orchestrator/schemas/records/history/constant-key.ts';
import { History } from '../../../orchestrator/schemas/records/history/history.ts';
import { HistoryRun } from '../../../orchestrator/schemas/records/history/run.ts';
import { HistorySeries } from '../../../orchestrator/schemas/records/history/series.ts';
import { seriesRecords } from '../../../scripts/bench/history/world.ts';
import { fact, historyOf, makeWeek, place, table, weekTime, world } from './planted.ts';

const test = suite('a series with planted changes');

const once = '240.0.0.73';
/** One server announces a private address, in one week only. */
function announcingOnce(week: number) {
  const records = seriesRecords(world, week, weekTime(week));
  const announced = `CASE WHEN address = '${once}' THEN [{address_id: 1, address: '10.9.8.7', port: NULL, scope: 'private', hmac: 'valid', hmac_form: NULL, count: 1, seen_on: ['held']}] ELSE [] END`;
  return { ...records, handshake: `SELECT * REPLACE (${announced} AS announced) FROM (${records.handshake})` };
}
const quiet = (week: number) => ({
  ...seriesRecords(world, week, weekTime(week)),
  handshake: `SELECT * REPLACE ([] AS announced) FROM (${seriesRecords(world, week, weekTime(week)).handshake})`,
});

/** Weeks 0, 1, 2, 4, 5 and 6; week 3 is missing. */
async function plant() {
  const runs = [
    await makeWeek(0, { records: quiet(0) }),
    await makeWeek(1, { records: quiet(1), vantage: { kernel: '6.19.2' } }),
    await makeWeek(2, { records: announcingOnce(2), vantage: { kernel: '6.19.3' }, list: 'another' }),
    await makeWeek(4, {
      records: quiet(4),
      vantage: { kernel: '6.19.3' },
      list: 'another',
      change: fact('scan', 'receive_drops', 40),
    }),
    await makeWeek(5, {
      ...{ records: quiet(5), vantage: { kernel: '6.19.3' }, list: 'another' },
      change: (manifest) => Object.assign(manifest, { rules_version: 1 }),
    }),
    await makeWeek(6, {
      records: quiet(6),
      vantage: { kernel: '6.19.3', hostname: 'elsewhere' },
      list: 'another',
      config: { targets: { prefixes: ['240.0.0.0/16'] }, scan: { rate: 500, ports: [80, 443] } },
    }),
  ];
  const out = place('series');
  // Their order on the command line is that of a shell, not of time.
  return { runs, out, history: await historyOf([...runs].reverse(), out) };
}
const planted = plant();

test('runs stand in order of their scans, and the missing week is a hole', async () => {
  const { history } = await planted;
  assert.equal(
    history.runs.map(({ run, missed }) => [run, missed]),
    [
      ['week-0', 0],
      ['week-1', 0],
      ['week-2', 0],
      ['week-4', 1],
      ['week-5', 0],
      ['week-6', 0],
    ],
  );
  assert.is(history.every_days, 7);
});

test('each change is marked at the run that it came with, and nothing else is', async () => {
  const { history } = await planted;
  assert.equal(
    history.runs.map(({ marks }) => marks.map(({ mark }) => mark)),
    [[], ['kernel'], ['list'], [], ['rules'], ['rules', 'vantage', 'ports', 'rate']],
  );
  assert.equal(history.runs[1]?.marks, [{ mark: 'kernel', before: 'Linux 6.18', after: 'Linux 6.19' }]);
  // A page may say that the place changed, not what it was.
  assert.not.match(JSON.stringify(history), /elsewhere|198\.18\.0\.2/);
});

test('one run in twenty lost replies: that point is doubtful and says why', async () => {
  const { history } = await planted;
  assert.equal(
    history.runs.map(({ confidence }) => confidence),
    ['sound', 'sound', 'sound', 'doubtful', 'sound', 'sound'],
  );
  assert.equal(
    history.runs[3]?.confidence_reasons.map(({ reason, level }) => [reason, level]),
    [['replies_lost', 'doubtful']],
  );
});

test('a run that was judged by other rules is judged again, and comes out as it would have', async () => {
  const { history, runs } = await planted;
  assert.equal(
    history.runs.map(({ rejudged }) => rejudged),
    [false, false, false, false, true, false],
  );
  const again = history.runs[4];
  assert.is(again?.judged_by, 1);
  const same = await historyOf([await makeWeek(5, { name: 'same', records: quiet(5) })], place('alone'));
  const numbers = ({ answered_v1, capable_v1, confirmed_v1, capable_v0, addresses_capable }: HistoryRun) => [
    answered_v1,
    capable_v1,
    confirmed_v1,
    capable_v0,
    addresses_capable,
  ];
  assert.equal(again && numbers(again), same.runs[0] && numbers(same.runs[0]));
  assert.ok((again?.capable_v1 ?? 0) > 0);
  assert.is(runs.length, 6);
});

test('what is wrong in the hosts of an old run does not reach the series: its records are judged', async () => {
  const { history } = await planted;
  const mehani = await historyOf([place('week-0')], place('mehani'), { rules: 'mehani2015' });
  // By the rule of the 2015 study mirrors are capable.
  const [ours, theirs] = [history.runs[0], mehani.runs[0]];
  assert.ok(theirs?.rejudged);
  assert.is(theirs?.rule_set, 'mehani2015');
  assert.ok((theirs?.capable_v1 ?? 0) > (ours?.capable_v1 ?? 0));
  assert.ok((theirs?.capable_v0 ?? 0) > 0);
});

test('a run that was scanned twice says how far both agree, judged again or not; one that was not claims nothing', async () => {
  const records = quiet(5);
  const rescan = `FROM (${records.scan}) WHERE address NOT LIKE '%.1_'`;
  const more = { records: { ...records, rescan } };
  const runs = [
    await makeWeek(5, { name: 'twice', ...more }),
    await makeWeek(6, {
      name: 'rejudged',
      ...more,
      change: (manifest) => Object.assign(manifest, { rules_version: 1 }),
    }),
    await makeWeek(7, { name: 'once', records }),
  ];
  const out = place('scanned-twice');
  const { runs: rows } = await historyOf(runs, out);
  const of = (run: HistoryRun | undefined) => [run?.rescan_equal_v1, run?.rescan_answered_v1, run?.rescan_equal_v0];
  const [twice, rejudged, none] = rows;
  assert.is(rejudged?.rejudged, true);
  assert.equal(of(rejudged), of(twice));
  assert.ok(
    Number(twice?.rescan_answered_v1) > 100 && Number(twice?.rescan_equal_v1) < Number(twice?.rescan_answered_v1),
  );
  assert.equal(of(none), [null, null, null]);
  const share = ((100 * Number(twice?.rescan_equal_v1)) / Number(twice?.rescan_answered_v1)).toFixed(2);
  const csv = readFileSync(join(out, 'runs.csv'), 'utf8').split('\n');
  assert.ok(csv[0]?.includes(',rescan_v1,rescan_v0,') && csv[1]?.includes(`,${share},`), csv.join('\n'));
  const [line] = summaryLines({ ...History.parse(JSON.parse(readFileSync(join(out, 'runs.json'), 'utf8'))) });
  assert.match(
    line ?? '',
    new RegExp(`two scans agree in v1 ${twice?.rescan_equal_v1} of ${twice?.rescan_answered_v1} `),
  );
});

test('who announced in one run only is in the union, with when', async () => {
  const { out } = await planted;
  const found = await table(out, 'announcers.parquet', HistoryAnnouncer);
  assert.equal(found, [
    {
      ...{ address: once, first_seen: weekTime(2), last_seen: weekTime(2), runs: 1, of: found[0]?.of ?? 0 },
      announced: [{ address: '10.9.8.7', scope: 'private', valid: true, first_run: 'week-2' }],
    },
  ]);
  assert.ok((found[0]?.of ?? 0) > 1, 'it was listened to in other runs too');
  const ever = await table(out, 'series.parquet', HistorySeries, "measure = 'ever_announced'");
  assert.equal(
    ever.map(({ count }) => count),
    [0, 0, 1, 1, 1, 1],
  );
});

test('keys that are fresh in each run and the same over runs are found, drawn ones are not', async () => {
  const { out } = await planted;
  const found = await table(out, 'constant-keys.parquet', HistoryConstantKey);
  // Keepers of the world: every tenth of those that return an option.
  assert.equal(
    found.map(({ address, version, relation }) => [address, version, relation]),
    [
      ['240.0.0.193', 'v1', 'constant'],
      ['240.0.0.93', 'v1', 'constant'],
    ],
  );
  for (const { runs, of, endpoints } of found) assert.ok(runs === of && runs > 1 && endpoints === 1);
});

test('runs.json, runs.parquet and the series say the same of every run', async () => {
  const { out, history } = await planted;
  assert.equal(History.parse(JSON.parse(readFileSync(join(out, 'runs.json'), 'utf8'))), history);
  assert.equal(await table(out, 'runs.parquet', HistoryRun), history.runs);
  const capable = await table(
    out,
    'series.parquet',
    HistorySeries,
    "measure = 'capable' AND dimension = 'all' AND version = 'v1'",
  );
  assert.equal(
    capable.map(({ run, time, count, of }) => [run, time, count, of]),
    history.runs.map(({ run, time, capable_v1, answered_v1 }) => [run, time, capable_v1, answered_v1]),
  );
});

test('no line leads across the hole, and every figure has its numbers beside it', async () => {
  const { out } = await planted;
  const svg = readFileSync(join(out, 'capable_share.svg'), 'utf8');
  // Two versions, each in two stretches.
  const lines = [...svg.matchAll(/<g([^>]*) aria-label="line"[^>]*>(.*?)<\/g>/gs)];
  assert.is(lines.flatMap(([, , paths]) => paths?.match(/<path /g) ?? []).length, 4);
  assert.equal(
    lines.map(([, own]) => own?.includes('stroke-dasharray')),
    [false, true],
    'a line below another one is seen',
  );
  for (const id of [
    'capable_share',
    'capable_count',
    'not_counted',
    'answered',
    'announcements',
    'by_port',
    'by_family',
    'by_country',
    'by_as',
  ])
    assert.ok(existsSync(join(out, `${id}.svg`)) && existsSync(join(out, `${id}.csv`)), id);
});

test('one run alone stands on a scale of days', async () => {
  const out = place('alone');
  await historyOf([await makeWeek(20, {})], out);
  const svg = readFileSync(join(out, 'answered.svg'), 'utf8');
  const ticks = /aria-label="x-axis tick label">(.*?)<\/g>/s.exec(svg)?.[1] ?? '';
  assert.match(ticks, />\d+</);
  assert.not.match(ticks, /AM|PM/);
});

test('the page names no address and loads nothing', async () => {
  const { out } = await planted;
  const page = readFileSync(join(out, 'index.html'), 'utf8');
  assert.not.match(page, /240\.0\.|10\.9\.8\.7|<script|src=|url\(/);
  assert.match(page, /1 run missed before/);
});

test.run();
