import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { Config } from '../../../../orchestrator/config/config.ts';
import { lineParser } from '../../../../orchestrator/core/part/parse-line.ts';
import { Reject } from '../../../../orchestrator/core/tool.ts';
import { tcpOptions } from '../../../../orchestrator/mptcp/tcp-options.ts';
import { ScanRecord } from '../../../../orchestrator/schemas/records/scan.ts';
import { findTool } from '../../../../orchestrator/tools/finder.ts';
import { echoFields, IcmpEchoRaw } from '../../../../orchestrator/tools/icmp-echo/raw.ts';
import { icmpEcho } from '../../../../orchestrator/tools/icmp-echo/tool.ts';
import { notAsked, passField, scanFields } from '../../../../orchestrator/tools/zmap/fields.ts';
import { replyFields, ZmapRaw } from '../../../../orchestrator/tools/zmap/raw.ts';
import { oneSpelling, printed } from '../../../../orchestrator/tools/zmap/spelling.ts';
import { zmap } from '../../../../orchestrator/tools/zmap/tool.ts';

const test = suite('what a run asks zmap for');
const config = Config.parse({ targets: { addresses: '-' } });
const parse = lineParser(findTool('syn_prober', 'zmap'), ScanRecord, config);
const Row = z.record(z.string(), z.unknown());
type Row = z.infer<typeof Row>;

const root = new URL('../../../../', import.meta.url);
const linesOf = (path: string) => readFileSync(new URL(path, root), 'utf8').split('\n').filter(Boolean);
const files = readdirSync(new URL('test/fixtures/zmap/versions/', root))
  .filter((name) => name.endsWith('.ndjson'))
  .map((name): [name: string, hyphens: boolean, rows: Row[]] => [
    name,
    name.startsWith('2.1.1'),
    linesOf(`test/fixtures/zmap/versions/${name}`).map((line) => Row.parse(JSON.parse(line))),
  ]);
const asked = [...scanFields.zmap, ...scanFields.module];

/** A line as zmap prints it when it is asked for these fields alone. */
function only(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(names.flatMap((name) => (name in row ? [[name, row[name]]] : [])));
}

/** Names that a function reads of a row, over several rows. */
function readOf<T extends object>(rows: readonly T[], read: (row: T) => unknown): Set<string> {
  const seen = new Set<string>();
  const spied = (row: T) =>
    new Proxy(row, {
      get: (of, name) => {
        if (typeof name === 'string') seen.add(name);
        return Reflect.get(of, name);
      },
    });
  for (const row of rows) read(spied(row));
  return seen;
}

for (const [name, hyphens, rows] of files) {
  test(`lines of ${name} give the same records when only those fields are there`, () => {
    const names = [...printed(scanFields.zmap, hyphens), ...scanFields.module, passField];
    assert.ok(rows.length > 10);
    for (const row of rows) {
      const record = parse(JSON.stringify(row));
      assert.not.instance(record, Reject);
      assert.equal(parse(JSON.stringify(only(row, names))), record);
    }
  });
}

test('2.1.1 prints every field that it is asked for, by the name that it is asked with', () => {
  for (const [, hyphens, [row = {}]] of files) {
    if (!hyphens) continue;
    for (const name of [...printed(scanFields.zmap, true), ...scanFields.module]) assert.ok(name in row, name);
  }
});

test('the trees print fields of those names, and no other than the schema knows', () => {
  const seen = new Set(files.flatMap(([, hyphens, rows]) => (hyphens ? [] : rows.flatMap(Object.keys))));
  for (const name of asked) assert.ok(seen.has(name), name);
  for (const name of seen) assert.ok(name in replyFields, name);
});

test('every field that the module declares is asked for, or it is said where else it stands', () => {
  const declared = [
    ...linesOf('zmap-module/field_list.h')
      .join('\n')
      .matchAll(/FIELD\((\w+), FIELD_/g),
  ];
  const names = declared.map((match) => match[1] ?? '');
  assert.ok(names.length > 40);
  for (const name of names) assert.ok(asked.includes(name) || name in notAsked, name);
  for (const name of scanFields.module) assert.ok(names.includes(name), name);
});

test('what is asked for is read: by the record, or with the secret', () => {
  const rows = files.flatMap(([, , all]) => all.map((row) => ZmapRaw.parse(row)));
  // a reply without one has it in ipid
  const blank = rows.map((row) => ({ ...row, ip_id: null }));
  const read = readOf([...rows, ...blank], (row) => zmap.toRecord(row, { config }));
  assert.equal([...asked, passField].sort(), [...read, 'daddr'].sort());
});

test('every field is asked for as 4.x spells it: a name with a hyphen ends a zmap 4', () => {
  for (const { zmap: own, module } of [scanFields, echoFields])
    for (const name of [...own, ...module]) assert.not.match(name, '-');
});

test('an echo is asked for all that its round trip is made of', () => {
  const rows = linesOf('test/fixtures/icmp-echo/icmp.ndjson').map((line) => Row.parse(JSON.parse(line)));
  for (const row of rows) {
    const whole = IcmpEchoRaw.parse(row);
    const less = IcmpEchoRaw.parse(only(row, printed(echoFields.zmap, true)));
    assert.equal(icmpEcho.toRecord(less, { config }), icmpEcho.toRecord(whole, { config }));
  }
});

const names: Record<number, string> = { 0: 'eol', 1: 'nop', 2: 'mss', 3: 'ws', 4: 'sackok', 8: 'ts', 30: 'mptcp' };
const orderOf = (hex: string) => [...tcpOptions(Buffer.from(hex, 'hex'))].map(({ kind }) => names[kind] ?? `${kind}`);
const numberOf = (address: string) => {
  const bytes = Buffer.from(address.split('.').map(Number));
  return bytes.readUInt32LE() | 0;
};
const sender = ({ icmp_hop, target }: ZmapRaw) => icmp_hop ?? target;
const byteOf = (hex: string | null, at: number) => Number.parseInt(hex?.slice(2 * at, 2 * at + 2) || 'none', 16);
const nullable = (value: number) => (Number.isNaN(value) ? null : value);
const shows = ({ classification, probe, mptcp_version }: ZmapRaw) =>
  ['mp_capable', 'mp_tcprst'].includes(classification) ||
  (classification === 'version_mismatch' && probe === 'grease' && mptcp_version === 1);

/** How a field that is not asked for is had again from those that are. */
const restored: [field: keyof typeof notAsked, again: (row: ZmapRaw) => unknown, known: (value: unknown) => unknown][] =
  [
    ['saddr', sender, String],
    ['saddr_raw', (row) => (sender(row).includes(':') ? 0 : numberOf(sender(row))), (value) => Number(value ?? 0) | 0],
    ['daddr_raw', ({ daddr }) => (daddr?.includes(':') ? 0 : numberOf(daddr ?? '')), (value) => Number(value ?? 0) | 0],
    ['success', ({ tcp_flags }) => tcp_flags === '12', Boolean],
    ['app_success', shows, Boolean],
    [
      'timestamp_str',
      (row) => row.timestamp_ts * 1000 + Math.floor(row.timestamp_us / 1000),
      (value) => Date.parse(String(value)),
    ],
    ['mptcp_length', ({ mptcp_option }) => nullable(byteOf(mptcp_option, 1)), (value) => value ?? null],
    [
      'mptcp_subtype',
      ({ mptcp_option }) => nullable(Math.floor(byteOf(mptcp_option, 2) / 16)),
      (value) => value ?? null,
    ],
    [
      'icmp_quoted_order',
      ({ icmp_quoted_options: hex }) => (hex == null ? null : orderOf(hex).join(',')),
      (v) => v ?? null,
    ],
  ];
for (const [field, again, known] of restored) {
  test(`${field} is not asked for, and nothing is lost: ${notAsked[field]}`, () => {
    for (const [name, , rows] of files) {
      for (const row of rows) {
        const whole = ZmapRaw.parse(row);
        const spelled = Row.parse(oneSpelling(replyFields)({ ...row }));
        assert.equal(again(whole), known(spelled[field]), `${name}: ${JSON.stringify(row)}`);
        assert.ok([...readOf([whole], again)].every((read) => asked.includes(read)));
      }
    }
  });
}

test.run();
