import * as assert from 'uvu/assert';
import type { Outcome } from './part.ts';

const error = /^error (\w+): (.*)$/;
const kept = /^(\d+) records(?:, rejected: (.*))?$/;

function told({ error: thrown, records, reasons }: Outcome): string {
  const [first] = thrown?.message.split('\n') ?? [];
  return thrown === null
    ? `${records.length} records, rejected: ${reasons.join(' | ')}`
    : `error ${thrown.code}: ${first}`;
}

/**
 * Holds what became of a part against what is right: `error CODE: words`, `N records`, or `N records, rejected: words`, with words as a regular
 * expression.
 */
export function holds(right: string, outcome: Outcome): void {
  const is = told(outcome);
  const [, code, words = ''] = error.exec(right) ?? [];
  const [, count, reason] = kept.exec(right) ?? [];
  assert.ok(code !== undefined || count !== undefined, `no sentence of the table: ${right}`);
  if (code !== undefined) {
    assert.is(outcome.error?.code, code, is);
    assert.match(is, new RegExp(words));
    assert.ok((outcome.error?.hint ?? '').length > 20, 'it says what to do');
    return;
  }
  assert.is(outcome.error, null, is);
  assert.is(String(outcome.records.length), count, is);
  assert.is(outcome.reasons.length, reason === undefined ? 0 : 1, is);
  if (reason !== undefined) assert.match(outcome.reasons.join(), new RegExp(reason));
}
