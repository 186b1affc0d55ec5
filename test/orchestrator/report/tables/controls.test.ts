import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase, rows } from '../../../../orchestrator/core/database/duckdb.ts';
import { rowsOf } from '../../../../orchestrator/report/rows.ts';
import { controlTable } from '../../../../orchestrator/report/tables/controls.ts';
import { makeViews } from '../../../../orchestrator/report/views.ts';
import type { HostsRecord } from '../../../../orchestrator/schemas/records/hosts.ts';
import { makeFacts } from '../facts.ts';
import { makeHost, verdict, writeParquet } from '../parquet.ts';
import { makeResults } from '../results.ts';

const test = suite('report/controls');

async function tableOf(hosts: HostsRecord[]) {
  const folder = await mkdtemp(join(tmpdir(), 'census-controls-'));
  const database = await openDatabase({ temp: join(folder, 'temp') });
  try {
    const paths = await writeParquet(folder, hosts, []);
    await makeViews(database, { sources: [{ run: 'one', ...paths }], organisations: null, temp: folder });
    const found = await rowsOf((sql) => rows(database, sql), 'controls');
    return controlTable(makeFacts(), makeResults({}, { controls: found }));
  } finally {
    database.closeSync();
    await rm(folder, { recursive: true });
  }
}

const address = (n: number) => `198.18.0.${n}`;
const echoed = { ...verdict('echoed_option'), rules: ['option_echoed', 'grease_copied'] };
const capable = { ...verdict('capable', 'fresh_key'), rules: ['v1_twelve_bytes', 'key_fresh'] };
const plain = (n: number, more: Partial<HostsRecord> = {}) =>
  makeHost({ address: address(n), control: 'plain', v0: verdict('not_offered'), ...more });

test('a rule counts once for a control, in whichever version it is in the verdict; who is no control does not count', async () => {
  const table = await tableOf([
    plain(1),
    plain(2, { v1: echoed, v0: echoed }),
    plain(3, { v0: echoed }),
    plain(4),
    makeHost({ address: address(5), v1: echoed }),
    makeHost({ address: address(6), v1: echoed, control: 'echo' }),
    makeHost({ address: address(7), v1: capable, control: 'echo' }),
  ]);
  const of = (rule: string) => table.rows.find((row) => row.rule === rule);
  assert.equal([of('option_echoed')?.plain, of('option_echoed')?.plain_of], [2, 4]);
  assert.is(of('option_echoed')?.plain_interval, '15.00 to 85.00\u00a0%');
  // Of an echo it is right.
  assert.equal([of('option_echoed')?.echo, of('option_echoed')?.echo_of], [null, null]);
  assert.equal([of('key_fresh')?.echo, of('key_fresh')?.echo_of], [1, 2]);
  assert.equal([of('key_fresh')?.plain, of('key_fresh')?.plain_of], [0, 4]);
  assert.equal([of('key_fresh')?.unknown, of('key_fresh')?.unknown_interval], [null, null]);
});

test('kinds of which there is none are said', async () => {
  const { denominator, empty, rows: shown } = await tableOf([plain(1)]);
  assert.match(
    denominator,
    /^Controls drawn: 1 plain, 0 echo, 0 unknown\. None was found to be drawn as echo or unknown/,
  );
  assert.ok(shown.length > 20);
  assert.match(empty, /disabled/);
  assert.equal((await tableOf([makeHost({ address: address(1), v1: echoed })])).rows, []);
});

test('rules that say nothing of MPTCP are none of a control', async () => {
  const { rows: shown } = await tableOf([plain(1)]);
  const rules = shown.map((row) => row.rule);
  for (const rule of ['no_option', 'rst', 'no_reply', 'icmp_error']) assert.not(rules.includes(rule), rule);
  for (const rule of ['key_fresh', 'replies_differ', 'option_malformed', 'grease_answered_v1'])
    assert.ok(rules.includes(rule), rule);
});

test.run();
