import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allOf } from '../../../../orchestrator/core/side-by-side/all-of.ts';
import { held, settled } from './held.ts';

const test = suite('all-of');

test('what runs beside a failure is waited for', async () => {
  const { work, end } = held();
  let over = false;
  const all = allOf([Promise.reject(new Error('one')), work(1)]).catch((error: unknown) => {
    over = true;
    return String(error);
  });
  await settled();
  assert.not(over);
  end(1);
  assert.is(await all, 'Error: one');
});

test.run();
