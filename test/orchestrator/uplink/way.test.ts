import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readDefaultRoute6 } from '../../../orchestrator/machine/route.ts';
import { watchedUplink } from '../../../orchestrator/uplink/uplink.ts';
import { lossOf, type Way } from '../../../orchestrator/uplink/way.ts';

const test = suite('uplink');

const way: Way = {
  index: 2,
  isUp: true,
  changes: 4,
  addresses: ['198.18.0.2'],
  route: { interface: 'eth0', gateway: '198.18.0.1' },
  route6: 'eth0',
};

const losses: [now: Partial<Way>, says: string][] = [
  [{ index: null, isUp: null, changes: null, addresses: [], route: null }, 'the interface eth0 is gone'],
  [{ index: 7, changes: 2 }, 'the interface eth0 was removed and made again'],
  [{ isUp: false, changes: 5 }, 'the interface eth0 is down, or has no link'],
  [{ changes: 6 }, 'the link of eth0 was lost meanwhile'],
  [{ addresses: ['198.18.0.9'] }, 'eth0 has lost its address 198.18.0.2'],
  [{ route: null }, 'the default route by 198.18.0.1 on eth0 is gone'],
  [{ route: { interface: 'tun0', gateway: null } }, 'the default route is by tun0 now, and was by 198.18.0.1 on eth0'],
  [{ route6: null }, 'the default route of IPv6 by eth0 is gone'],
];
for (const [now, says] of losses) {
  test(`what packets could have been lost by: ${says}`, () => {
    assert.is(lossOf('eth0', way, { ...way, ...now }), says);
  });
}

const unharmed: [what: string, before: Partial<Way>, now: Partial<Way>][] = [
  ['nothing', {}, {}],
  ['another address came', {}, { addresses: ['198.18.0.1', '198.18.0.2'] }],
  ['a route came', { route: null, route6: null }, {}],
  ['the kernel tells nothing', { index: null, isUp: null, changes: null }, { index: null, isUp: null, changes: null }],
];
for (const [what, before, now] of unharmed) {
  test(`no packet is lost where ${what} has happened`, () => {
    assert.is(lossOf('eth0', { ...way, ...before }, { ...way, ...now }), null);
  });
}

test('of the default routes of IPv6 the one with the least metric counts, and none that the kernel keeps to refuse', () => {
  const zeros = '0'.repeat(32);
  const row = (metric: string, flags: string, name: string) =>
    `${zeros} 00 ${zeros} 00 ${'fe8'.padEnd(32, '0')} ${metric} 00000001 00000000 ${flags} ${name}`;
  const refusing = row('ffffffff', '00200200', 'lo');
  assert.is(
    readDefaultRoute6(`${row('00000400', '00000003', 'eth1')}\n${row('00000064', '00000003', 'eth0')}\n`),
    'eth0',
  );
  assert.is(readDefaultRoute6(`${refusing}\n`), null);
});

/** Looks that show one way after the other, and the last from then on. */
function showing(...shown: Way[]): () => Way {
  let looks = 0;
  return () => shown[Math.min(looks++, shown.length - 1)] ?? way;
}

async function told(look: () => Way, { ms = 1, waitMs = 30 } = {}): Promise<string[]> {
  const said: string[] = [];
  const end = watchedUplink('eth0', { look, ms }).watch((what) => said.push(what));
  await new Promise((resolve) => setTimeout(resolve, waitMs));
  await end();
  return said;
}

test('a route that is lost and comes again is told once, as soon as it is seen', async () => {
  const lost = await told(showing(way, way, way, { ...way, route: null }, { ...way, route: null }, way));
  assert.equal(lost, ['the default route by 198.18.0.1 on eth0 is gone']);
});

test('a link that came and went between two looks is seen at the end', async () => {
  assert.equal(await told(showing(way, way, { ...way, changes: 6 }), { ms: 60_000, waitMs: 0 }), [
    'the link of eth0 was lost meanwhile',
  ]);
});

test('a link that came and went before it was watched is none of it; a route of the first look that is gone is', async () => {
  const later = { ...way, changes: 6 };
  assert.equal(await told(showing(way, later)), []);
  assert.equal(await told(showing(way, { ...later, route: null })), [
    'the default route by 198.18.0.1 on eth0 is gone',
  ]);
});

test.run();
