import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseBlocklist } from '../../../../orchestrator/address/blocklist.ts';
import { LateOptOuts } from '../../../../orchestrator/core/opt-outs/late.ts';

const test = suite('late opt-outs');
const read = (text: string) => parseBlocklist(text, 'opt-outs');

test('an opt-out of an IPv4 address holds for the translated one too, and is one opt-out', async () => {
  const optOuts = new LateOptOuts(read('198.18.9.0/24'));
  assert.ok(optOuts.all.contains('64:ff9b::198.18.9.7'));
  assert.not.ok(optOuts.since.contains('64:ff9b::198.18.9.7'), 'but since the start nobody opted out');
  await optOuts.add(read('198.18.4.1'));
  for (const set of [optOuts.all, optOuts.since]) {
    assert.ok(set.contains('198.18.4.1'));
    assert.ok(set.contains('64:ff9b::198.18.4.1'));
    assert.not.ok(set.contains('64:ff9b::198.18.4.2'));
  }
  await optOuts.add(read('198.18.4.1'));
  assert.is(optOuts.prefixes.length, 2);
});

test.run();
