import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  inOrder,
  someAtOnce,
  twoAtATime,
  twoEndedInOrder,
} from '../../../../orchestrator/core/side-by-side/at-once.ts';
import { held, settled } from './held.ts';

const test = suite('at-once');

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

test('two items are worked on at a time, in their order', async () => {
  const { begun, work, end } = held();
  const all = twoAtATime(inOrder(4), work);
  assert.equal(begun, [0, 1]);
  end(1);
  await settled();
  assert.equal(begun, [0, 1, 2]);
  for (const item of [0, 2]) end(item);
  await settled();
  end(3);
  await all;
  assert.equal(begun, [0, 1, 2, 3]);
});

test('after a failure nothing is begun, and the error comes when the rest has ended', async () => {
  const { begun, work, end, fail } = held();
  let said = '';
  const all = twoAtATime(inOrder(4), work).catch((error: unknown) => {
    said = String(error);
  });
  fail(0, new Error('first'));
  await settled();
  assert.is(said, '');
  end(1);
  await all;
  assert.is(said, 'Error: first');
  assert.equal(begun, [0, 1]);
});

test('no item is no work', async () => {
  await twoAtATime([], () => Promise.reject(new Error('never')));
});

test('the last part of a work waits for that of the one before, and is not done behind a failure', async () => {
  const { begun, work, end } = held();
  const told: number[] = [];
  const ends = (item: number) => async () => {
    await settled();
    told.push(item);
    if (item === 2) throw new Error('the second');
  };
  const all = twoEndedInOrder([1, 2, 3], (item) => work(item).then(() => ends(item)));
  const failed = all.catch((error: unknown) => String(error));
  end(2);
  await settled();
  assert.equal([begun, told], [[1, 2], []]);
  end(1);
  for (let turn = 0; turn < 9; turn++) await settled();
  end(3);
  assert.is(await failed, 'Error: the second');
  assert.equal(
    [begun, told],
    [
      [1, 2, 3],
      [1, 2],
    ],
  );
});

test('the last part of a work is done beside the next work, and holds up the one after that', async () => {
  const { begun, work, end } = held();
  const last = held();
  const all = twoEndedInOrder([1, 2, 3, 4], (item) => work(item).then(() => () => last.work(item)));
  end(1);
  await settled();
  assert.equal([begun, last.begun], [[1, 2, 3], [1]]);
  end(2);
  end(3);
  await settled();
  assert.equal([begun, last.begun], [[1, 2, 3], [1]]);
  last.end(1);
  await settled();
  assert.equal(
    [begun, last.begun],
    [
      [1, 2, 3, 4],
      [1, 2],
    ],
  );
  end(4);
  for (const item of [2, 3, 4]) {
    last.end(item);
    await settled();
  }
  await all;
  assert.equal(last.begun, [1, 2, 3, 4]);
});

test('the error comes when the last parts have ended too, and that of the very last is one', async () => {
  for (const failing of ['work', 'last part']) {
    const { work, end, fail } = held();
    const last = held();
    let said = '';
    const all = twoEndedInOrder([1, 2], (item) => work(item).then(() => () => last.work(item)));
    const told = all.catch((error: unknown) => {
      said = String(error);
    });
    end(1);
    if (failing === 'work') fail(2, new Error('no'));
    else end(2);
    for (let turn = 0; turn < 9; turn++) await settled();
    assert.is(said, '', failing);
    last.end(1);
    await settled();
    last.fail(2, new Error('no'));
    await told;
    assert.is(said, 'Error: no', failing);
  }
});

test.run();
