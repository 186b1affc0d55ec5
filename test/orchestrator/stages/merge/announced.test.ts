// takes: long
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connected, resolved, scanned, target } from '../records.ts';
import { mergeOf } from './merged.ts';

const test = suite('announced addresses in a merge');
const address = '198.18.1.1';

test('of an announced address it is told whether a name of the list led to it, whoever that name belongs to', async () => {
  const other = '198.18.1.2';
  const announcements = ['198.18.5.77', '198.18.5.78', '10.1.2.3'].map((one) => ({
    address: one,
    scope: 'global' as const,
  }));
  const { hosts } = await mergeOf({
    scan: [scanned(address, []), scanned(other, [])],
    handshake: [connected(address, announcements), connected(other, announcements.slice(0, 1))],
    targets: [target('a.example', 1), target('b.example', 2)],
    resolve: [resolved('a.example', [address, '198.18.5.77']), resolved('b.example', ['198.18.5.77', '10.1.2.3'])],
  });
  assert.equal(
    hosts.map(({ announced: told }) => told?.map((one) => [one.address, one.resolved])),
    [
      [
        ['10.1.2.3', true],
        ['198.18.5.77', true],
        ['198.18.5.78', false],
      ],
      [['198.18.5.77', true]],
    ],
  );
});

test('a record of before there were two connections says as much as it did', async () => {
  const { announced, ...rest } = connected(address, [{ address: '198.18.5.77', scope: 'global' }]);
  const old = announced.map(({ seen_on, ...one }) => one);
  const { hosts } = await mergeOf({ scan: [scanned(address, [])], handshake: [{ ...rest, announced: old }] });
  assert.equal(
    hosts[0]?.announced?.map((one) => one.address),
    ['198.18.5.77'],
  );
});

test.run();
