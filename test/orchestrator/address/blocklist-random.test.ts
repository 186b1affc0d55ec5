import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseBlocklist } from '../../../orchestrator/address/blocklist.ts';
import { parsePrefix } from '../../../orchestrator/address/ip.ts';
import { PrefixSet } from '../../../orchestrator/address/prefix-set.ts';
import { addressesOf, drawBlocklist, drawer, drawTarget, holds, mapped, textOf } from './drawn-blocklist.ts';

/** `make blocked` takes 10,000 targets and 5,000 entries. */
const targets = Number(process.env.BLOCKED_TARGETS ?? 2000);
const entries = targets / 2;

const test = suite('blocklist-random');

for (const seed of [1, 2015, 8684]) {
  test(`${targets} targets against ${entries} entries in every notation are as a count by numbers has them (seed ${seed})`, () => {
    const draw = drawer(seed);
    const { text, ranges } = drawBlocklist(draw, entries);
    const set = new PrefixSet(parseBlocklist(text, 'drawn'));
    let inside = 0;
    let whole = 0;
    for (let index = 0; index < targets; index += 1) {
      const { text: target, range } = drawTarget(draw, ranges);
      const { family, first, last } = range;
      const address = textOf(family, first);
      assert.is(set.contains(address), holds(ranges, family, first), address);
      inside += holds(ranges, family, first) ? 1 : 0;
      const host = (last - first + 1n).toString(2).length - 1;
      const written = family === 4 && draw(2) === 0 ? `${mapped(first)}/${128 - host}` : target;
      const prefix = parsePrefix(written);
      const covered = [...addressesOf(range)].every((value) => holds(ranges, family, value));
      assert.is(prefix !== null && set.covers(prefix), covered, written);
      whole += covered && host > 0 ? 1 : 0;
    }
    const some = targets / 10;
    assert.ok(
      inside > some && inside < targets - some && whole > targets / 40,
      `${inside} inside, ${whole} whole: the draw decides nothing`,
    );
  });
}

test.run();
