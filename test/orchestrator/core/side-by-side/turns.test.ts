import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inTurn, Turns } from '../../../../orchestrator/core/side-by-side/turns.ts';
import { settled } from './held.ts';

const test = suite('turns');

test('one has the turn at a time, and of those that wait the earliest part comes next', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const ends: (() => void)[] = [];
  const take = (part: string) =>
    void turns.take(part).then((end) => {
      order.push(part);
      ends.push(end);
    });
  for (const part of ['00001', '00003', '00002', '00002']) take(part);
  await settled();
  assert.equal(order, ['00001']);
  for (const begun of [2, 3, 4, 4]) {
    ends.shift()?.();
    await settled();
    assert.is(order.length, begun);
  }
  assert.equal(order, ['00001', '00002', '00002', '00003']);
  take('00009');
  await settled();
  assert.is(order.at(-1), '00009', 'nobody had it');
});

test('a turn that is ended twice lets one in', async () => {
  const turns = new Turns();
  const end = await turns.take('00000');
  let inside = 0;
  for (const part of ['00001', '00002']) void turns.take(part).then(() => (inside += 1));
  end();
  end();
  await settled();
  assert.is(inside, 1);
});

test('who asks while the turn is handed over waits', async () => {
  const turns = new Turns();
  const end = await turns.take('00000');
  let inside = 0;
  void turns.take('00001').then(() => (inside += 1));
  end();
  void turns.take('00000').then(() => (inside += 1));
  await settled();
  assert.is(inside, 1);
});

test('work that fails ends its turn', async () => {
  const turns = new Turns();
  const failed = inTurn(turns, '00000', async () => {
    throw new Error('no room');
  });
  const next = inTurn(turns, '00001', async () => 'done');
  const [ended] = await Promise.allSettled([failed]);
  assert.is(ended.status, 'rejected');
  assert.is(await next, 'done');
});

test.run();
