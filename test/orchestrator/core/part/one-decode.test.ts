// takes: long
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { numbers, partStage, runToy, squareTool, toyConfig, toyFolder } from '../toy.ts';

const test = suite('parts at once');

/** Runs six parts, three at a time; gives how many programs ran, and how many decodes were under way, at once at most. */
async function mostAtOnce(): Promise<{ sent: number; decoded: number; parts: string[] }> {
  const most = { sent: 0, decoded: 0 };
  const now = { sent: 0, decoded: 0 };
  const begin = (what: 'sent' | 'decoded') => {
    now[what] += 1;
    most[what] = Math.max(most[what], now[what]);
  };
  const tool: typeof squareTool = {
    ...squareTool,
    partsAtOnce: 3,
    async collect(context) {
      begin('sent');
      await squareTool.collect?.(context);
      now.sent -= 1;
    },
    async *decode(context) {
      begin('decoded');
      await wait(50);
      yield* squareTool.decode(context);
      now.decoded -= 1;
    },
  };
  const stage = { ...partStage('first', [], numbers), tool: () => tool };
  const folder = toyFolder();
  const { manifest } = await runToy(folder, { ...toyConfig, count: 7, partSize: 1 }, null, { stages: [stage] });
  const parts = Object.keys(manifest.stages.first?.parts ?? {}).sort();
  assert.ok(parts.every((part) => readFileSync(join(folder, 'first', `${part}.parquet`)).length > 0));
  return { ...most, parts };
}

test('parts that are measured side by side are decoded one after the other: each decode holds all units of its part', async () => {
  const { sent, decoded, parts } = await mostAtOnce();
  assert.is(sent, 3);
  assert.is(decoded, 1);
  assert.is(parts.length, 6);
});

test.run();
