import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { placeRows, portRows, verdictRows } from '../../../orchestrator/release/told-rows.ts';
import type { HostsRecord } from '../../../orchestrator/schemas/records/hosts.ts';
import { countRun } from '../../../orchestrator/site/counts.ts';
import { tellRun } from '../../../orchestrator/site/told.ts';
import { makeHost, verdict, writeParquet } from '../report/parquet.ts';

const test = suite('release/told-rows');

const fi = { country: 'FI', asn: 64_500, as_name: 'NORTH' };
const us = { country: 'US', asn: 64_501, as_name: 'TIDE' };
const at = (address: string, port: number, given: Partial<HostsRecord>, v1 = verdict('not_offered')) =>
  makeHost({ address, port, ...given, v1, v0: verdict('not_offered') });

/** Three addresses in FI, one of them IPv6; two in US, and one of which nothing is known. */
const hosts = [
  at('198.18.0.1', 80, fi, verdict('capable')),
  at('198.18.0.1', 443, fi, verdict('capable')),
  at('198.18.0.2', 80, fi),
  at('2001:db8::1', 443, fi, verdict('capable')),
  at('198.18.1.1', 80, us, verdict('echoed_option')),
  at('198.18.1.2', 443, us),
  at('198.18.2.1', 80, {}),
];

async function toldAt(k: number) {
  const folder = mkdtempSync(join(tmpdir(), 'told-'));
  await writeParquet(folder, hosts, []);
  const counts = await countRun({ name: 'small', folder, seed: 1, rescan: null }, join(folder, 'temp'));
  rmSync(folder, { recursive: true });
  const run = {
    ...{
      folder,
      name: 'small',
      slug: 'small',
      time: '2026-01-01T00:00:00Z',
      timeEnd: '2026-01-01T00:00:00Z',
      lab: true,
    },
    ...{
      ruleSet: 'ours',
      rulesVersion: 1,
      result: null,
      software: '',
      vantage: '',
      place: null,
      setting: [],
      targets: '',
    },
    ...{ ports: [80, 443], versions: new Set(['v1', 'v0'] as const), asked: { v1: 20, v0: 20 }, lost: 0 },
    ...{ seed: 1, rescan: null },
    confidence: () => ({ word: 'sound' as const, reasons: [] }),
  };
  return tellRun(run, counts, k);
}

const whole = await toldAt(1);
const v1 = <Row extends { version: number }>(rows: readonly Row[]) => rows.filter(({ version }) => version === 1);

test('every place has its row, and its parts behind it', () => {
  assert.equal(
    v1(placeRows(whole)).map(({ row, country, asn, as_name, answered, capable }) => [
      row,
      country,
      asn,
      as_name,
      answered,
      capable,
    ]),
    [
      ['all', null, null, null, 7, 3],
      ['country', 'FI', null, null, 4, 3],
      ['system', 'FI', 64_500, 'NORTH', 4, 3],
      ['country', 'US', null, null, 2, 0],
      ['system', 'US', 64_501, 'TIDE', 2, 0],
      ['country', 'ZZ', null, null, 1, 0],
      ['system', 'ZZ', 0, null, 1, 0],
    ],
  );
});

test('every port has its row, and its families behind it', () => {
  assert.equal(
    v1(portRows(whole)).map(({ row, port, family, answered, capable }) => [row, port, family, answered, capable]),
    [
      ['all', null, null, 7, 3],
      ['port', 80, null, 4, 1],
      ['family', 80, 4, 4, 1],
      ['port', 443, null, 3, 2],
      ['family', 443, 4, 2, 1],
      ['family', 443, 6, 1, 1],
    ],
  );
});

test('every verdict that is not capable has its row', () => {
  assert.equal(
    v1(verdictRows(whole)).map(({ step, verdict: name, endpoints }) => [step, name, endpoints]),
    [
      ['no_option', 'not_offered', 3],
      ['option', 'echoed_option', 1],
    ],
  );
});

test('what may not be told is in the row of the rest: the rows add up', async () => {
  const told = await toldAt(3);
  for (const [rows, inner] of [
    [v1(placeRows(told)), ['country', 'rest_of_all']],
    [v1(portRows(told)), ['port', 'rest_of_all']],
  ] as const) {
    const sum = rows.reduce(
      (all, { row, answered }) => all + (inner.some((word) => word === row) ? (answered ?? 0) : 0),
      0,
    );
    assert.is(sum, 7, JSON.stringify(rows));
    assert.ok(rows.every(({ row, answered }) => row.startsWith('rest') || answered === null || answered >= 3));
  }
});

test.run();
