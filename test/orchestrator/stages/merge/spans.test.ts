import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connected } from '../records.ts';
import { host } from './answering.ts';
import { mergeOf } from './merged.ts';

const test = suite('merge-spans');

const addresses = Array.from({ length: 800 }, (_, n) => `198.18.${n >> 8}.${n & 255}`);
const every = (step: number) => addresses.filter((_, n) => n % step === 7);

test('hosts of which few show something are the same, read in one range or several ranges at a time', async () => {
  const capable = new Set(every(97));
  const records = {
    scan: addresses.flatMap((address) => host(address, capable.has(address) ? 'capable' : 'not_offered')),
    handshake: [...capable].map((address) => connected(address, [{ address: '198.19.0.1', scope: 'global' as const }])),
    whois: every(53).map((address) => ({ address, as_name: `A ${address}`, country: 'FI', failure: null })),
  };
  const whole = await mergeOf(records, { controls: 2 });
  assert.is(whole.hosts.filter(({ v1 }) => v1?.verdict !== 'not_offered').length, capable.size);
  const statements: string[] = [];
  const mutate = (sql: string) => {
    statements.push(sql);
    return sql;
  };
  const parted = await mergeOf(records, { controls: 2, size: 400, mutate });
  assert.equal(parted, whole);
  const count = (pattern: RegExp) => statements.filter((sql) => pattern.test(sql)).length;
  const [ranges, read, asked] = [/TABLE range_replies_/, /TABLE span_evidence_/, /TO '[^']*known/].map(count);
  assert.ok((ranges ?? 0) > 6, `${ranges} ranges`);
  assert.ok((read ?? 0) > 1 && (read ?? 0) <= (ranges ?? 0) / 2, `evidence read ${read} times for ${ranges} ranges`);
  assert.ok((asked ?? 0) > 1 && (asked ?? 0) <= (ranges ?? 0) / 2, `asked read ${asked} times for ${ranges} ranges`);
});

test.run();
