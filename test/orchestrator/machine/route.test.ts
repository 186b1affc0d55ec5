import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readDefaultRoute, readNeighbour } from '../../../orchestrator/machine/route.ts';

const test = suite('machine/route');

/** As the kernel prints them: addresses as little-endian hex. */
const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
const line = (name: string, to: string, gateway: string, flags: string, metric: number, mask: string) =>
  `${name}\t${to}\t${gateway}\t${flags}\t0\t0\t${metric}\t${mask}\t0\t0\t0   \n`;
const local = line('lan0', '000012C6', '00000000', '0001', 0, '0000FEFF');
const wired = line('lan0', '00000000', '010012C6', '0003', 100, '00000000');
const wireless = line('wlan0', '00000000', '010112C6', '0003', 600, '00000000');
const tunnel = line('wg0', '00000000', '00000000', '0001', 50, '00000000');
const down = line('lan1', '00000000', '010212C6', '0002', 1, '00000000');

const cases: [title: string, table: string, route: ReturnType<typeof readDefaultRoute>][] = [
  ['the default route is told from others', local + wired, { interface: 'lan0', gateway: '198.18.0.1' }],
  ['of several the one of the least metric counts', wireless + wired, { interface: 'lan0', gateway: '198.18.0.1' }],
  ['one without a gateway has none', wired + tunnel, { interface: 'wg0', gateway: null }],
  ['one that is down is none', down, null],
  ['half of IPv4 is no default', line('tun0', '00000000', '00000000', '0001', 0, '00000080'), null],
  ['a table without one has none', local, null],
  ['one that refuses leaves by no interface', line('*', '00000000', '00000000', '0201', 0, '00000000'), null],
];
for (const [title, table, route] of cases) test(title, () => assert.equal(readDefaultRoute(head + table), route));

test('of an interface alone its own default route counts, whatever others have', () => {
  assert.equal(readDefaultRoute(head + wired + wireless, 'wlan0'), { interface: 'wlan0', gateway: '198.18.1.1' });
  assert.is(readDefaultRoute(head + wired, 'wlan0'), null);
});

test('a neighbour is known once it has answered', () => {
  const table =
    'IP address       HW type     Flags       HW address            Mask     Device\n' +
    '198.18.0.1       0x1         0x2         02:00:00:00:00:01     *        lan0\n' +
    '198.18.0.2       0x1         0x0         00:00:00:00:00:00     *        lan0\n';
  const asked = ['198.18.0.1', '198.18.0.2', '198.18.0.3', '198.18.0'];
  assert.equal(
    asked.map((address) => readNeighbour(table, address, 'lan0')),
    ['02:00:00:00:00:01', null, null, null],
  );
  assert.is(readNeighbour(table, '198.18.0.1', 'lan1'), null, 'on another interface');
});

test.run();
