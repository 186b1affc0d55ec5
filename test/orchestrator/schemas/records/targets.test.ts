import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TargetsRecord } from '../../../../orchestrator/schemas/records/targets.ts';

const test = suite('targets-record');

const record = { list: 1, line: 3, kind: 'name', target: 'www.a.example', name: 'a.example', rank: 3, www: true };

const cases: [sentence: string, change: object, taken: boolean][] = [
  ['a name doubled with www. belongs to the name without', {}, true],
  ['a name belongs to itself', { target: 'a.example', www: false }, true],
  ['a double is no name of its own', { www: false }, false],
  ['a name that is not doubled is no double', { target: 'a.example' }, false],
  ["a name is not somebody else's", { name: 'b.example' }, false],
  ['a name belongs to one', { name: null }, false],
  ['an address belongs to none', { kind: 'address', target: '198.18.0.1', name: null, www: false }, true],
];
for (const [sentence, change, taken] of cases) {
  test(`targets record: ${sentence}`, () => {
    assert.is(TargetsRecord.safeParse({ ...record, ...change }).success, taken);
  });
}

test.run();
