import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mayChange } from '../../../orchestrator/config/restraint.ts';

const test = suite('what a started run may change');

const changes: [key: string, before: unknown, after: unknown, may: boolean | null][] = [
  ['handshake.join', true, false, true],
  ['handshake.join', false, true, null],
  ['handshake.rate', 500, 499, true],
  ['handshake.rate', 500, 501, false],
  ['handshake.most_held', null, 5, true],
  ['handshake.concurrency', 256, 8, true],
  ['handshake.concurrency', 8, 256, false],
  ['handshake.hold', 5, 4, null],
  ['scan.canary.addresses', 1, 2, true],
];
for (const [key, before, after, may] of changes) {
  const word = may === null ? 'is for its stage to say' : may ? 'is let through' : 'is refused';
  test(`${key} from ${before} to ${after} ${word}`, () => assert.is(mayChange({ key, before, after }), may));
}

test.run();
