import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { foldCommands } from '../../../../orchestrator/core/part/collect.ts';

const test = suite('collect');

function command(program: string, exit_code: number, second: number) {
  const time = (offset: number) => `2026-01-01T00:00:${String(second + offset).padStart(2, '0')}.000Z`;
  return { argv: [program, String(second)], version: '1', started_at: time(0), ended_at: time(5), exit_code, times: 1 };
}

test('a few commands stay as they are', () => {
  const few = [command('a', 0, 1), command('b', 0, 2), command('a', 0, 3)];
  assert.equal(
    foldCommands(few)
      .map(({ argv }) => argv.join(' '))
      .sort(),
    ['a 1', 'a 3', 'b 2'],
  );
});

test('many alike are one entry that spans them, and another exit code is another entry', () => {
  const many = [...Array.from({ length: 9 }, (_, n) => command('a', 0, n)), command('a', 4, 20)];
  const folded = foldCommands(many);
  assert.equal(
    folded.map(({ times, exit_code }) => [times, exit_code]),
    [
      [9, 0],
      [1, 4],
    ],
  );
  assert.is(folded[0]?.started_at, many[0]?.started_at);
  assert.is(folded[0]?.ended_at, many[8]?.ended_at);
});

test.run();
