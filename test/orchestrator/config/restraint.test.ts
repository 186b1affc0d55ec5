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
  ['scan.rate', 1000, 999, true],
  ['scan.rate', 1000, 1001, false],
  ['scan.rate', 1000, null, false],
  ['scan.rate', null, 1000, true],
  ['scan.retries', 1, 0, true],
  ['scan.retries', 1, 2, false],
  ['handshake.most_held', 5, null, false],
  ['resolve.window', 200, 100, true],
  ['resolve.window', 200, 400, false],
  ['resolve.open', 300, 200, true],
  ['resolve.open', 300, 301, false],
  ['scan.versions', [1, 0], [1], null],
  ['scan.canary.addresses', 1, 2, true],
];
for (const [key, before, after, may] of changes) {
  const word = may === null ? 'is for its stage to say' : may ? 'is let through' : 'is refused';
  test(`${key} from ${before} to ${after} ${word}`, () => assert.is(mayChange({ key, before, after }), may));
}

test.run();
