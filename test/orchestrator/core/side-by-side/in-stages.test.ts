import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inStages } from '../../../../orchestrator/core/side-by-side/in-stages.ts';
import { held, settled } from './held.ts';

const test = suite('in-stages');

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
