import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { someAtOnce, Turns } from '../../../../orchestrator/core/process/turns.ts';

const test = suite('turns');

/** Everything that can go on has gone on. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

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

for (const most of [1, 2, 3, 9]) {
  test(`of six, ${most} are under way at most, begun in order`, async () => {
    const begun: number[] = [];
    let now = 0;
    let peak = 0;
    await someAtOnce([0, 1, 2, 3, 4, 5], most, async (item) => {
      begun.push(item);
      now += 1;
      peak = Math.max(peak, now);
      await settled();
      now -= 1;
    });
    assert.equal(begun, [0, 1, 2, 3, 4, 5]);
    assert.is(peak, Math.min(most, 6));
  });
}

test('after a failure nothing more is begun, and what is under way ends first', async () => {
  const [begun, ended]: [number[], number[]] = [[], []];
  const failure = await someAtOnce([0, 1, 2, 3, 4, 5], 2, async (item) => {
    begun.push(item);
    if (item === 0) throw new Error('no');
    await settled();
    ended.push(item);
  }).catch((error: unknown) => error);
  assert.match(String(failure), 'no');
  assert.equal([begun, ended], [[0, 1], [1]]);
});

test.run();
