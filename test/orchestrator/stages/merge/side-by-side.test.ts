import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  allOf,
  inOrder,
  inStages,
  twoAtATime,
  twoEndedInOrder,
} from '../../../../orchestrator/stages/merge/side-by-side.ts';

const test = suite('merge-side-by-side');

/** Work that ends when it is told to. */
function held() {
  const open = new Map<number, { done: () => void; fail: (error: Error) => void }>();
  const begun: number[] = [];
  const work = (item: number) =>
    new Promise<void>((done, fail) => {
      begun.push(item);
      open.set(item, { done, fail });
    });
  return {
    begun,
    work,
    end: (item: number) => open.get(item)?.done(),
    fail: (item: number, error: Error) => open.get(item)?.fail(error),
  };
}
const settled = () => new Promise((done) => setImmediate(done));

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

test('each item is written while the next is made, and never before the one in front of it', async () => {
  const told: string[] = [];
  const [made, written] = [held(), held()];
  const work = (what: 'make' | 'write', by: typeof made) => async (item: number) => {
    told.push(`${what} ${item}`);
    await by.work(item);
    told.push(`${what} ${item} done`);
  };
  const all = inStages(2, work('make', made), work('write', written));
  made.end(0);
  await settled();
  assert.equal(told, ['make 0', 'make 0 done', 'write 0', 'make 1']);
  made.end(1);
  await settled();
  assert.equal(told.slice(4), ['make 1 done'], 'item 0 is not written yet');
  written.end(0);
  await settled();
  written.end(1);
  await all;
  assert.equal(told.slice(5), ['write 0 done', 'write 1', 'write 1 done']);
});

test('each item passes all stages, and no stage is further ahead than one item', async () => {
  const told: string[] = [];
  const stage = (name: string) => async (item: number) => {
    told.push(`${name}${item}`);
    await settled();
  };
  await inStages(3, stage('judge'), stage('make'), stage('write'));
  assert.equal(told, [
    ...['judge0'],
    ...['make0', 'judge1'],
    ...['write0', 'make1', 'judge2'],
    ...['write1', 'make2'],
    ...['write2'],
  ]);
});

test('when an item cannot be written nothing more is made', async () => {
  const made: number[] = [];
  const failed = await inStages(
    4,
    async (item) => void made.push(item),
    async (item) => {
      if (item === 1) throw new Error('the disk is full');
    },
  ).catch((error: unknown) => error);
  assert.match(String(failed), /the disk is full/);
  assert.equal(made, [0, 1, 2], 'item 2 was being made');
});

test.run();
