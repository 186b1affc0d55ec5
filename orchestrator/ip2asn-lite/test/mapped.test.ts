import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildTable } from '../src/build.ts';
import { peerIndexTable, rib, sequence } from './mrt-writer.ts';
import { withFile } from './scratch.ts';

const test = suite('mapped prefixes');

const first = 0xffff_0000_0000 + 0xc612_0000;
const written: [format: string, content: string | Buffer][] = [
  ['a pyasn .dat', '::ffff:198.18.0.0/111\t64500\n'],
  ['a pfx2as', '::ffff:c612:0\t111\t64500\n'],
  ['a range of addresses', '::ffff:198.18.0.0,::ffff:198.19.255.255,64500\n'],
  ['a range of numbers', `${first},${first + 0x1ffff},64500\n`],
  [
    'an MRT RIB',
    Buffer.concat([
      peerIndexTable([{ address: '2001:db8::1', asn: 1 }]),
      rib('::ffff:198.18.0.0/111', [{ peer: 0, path: sequence(1, 64500) }]),
    ]),
  ],
];
for (const [format, content] of written) {
  test(`of ${format} are the IPv4 prefixes that they stand for`, async () => {
    await withFile('table', content, async (source) => {
      const table = await buildTable({ source });
      for (const address of ['198.18.4.7', '::ffff:198.18.4.7']) {
        const found = table.lookup(address);
        assert.equal([found?.asn, found?.prefix], [64500, '198.18.0.0/15'], address);
      }
      assert.equal(table.prefixCount, { ipv4: 1, ipv6: 0 });
    });
  });
}

test('of all of IPv4 is a default route, and one that holds more than mapped addresses stays IPv6', async () => {
  await withFile('table', '::ffff:0:0/96\t7\n::/0\t8\n::/80\t9\n198.18.0.0/15\t10\n', async (source) => {
    const table = await buildTable({ source });
    assert.equal(table.prefixCount, { ipv4: 1, ipv6: 1 });
    assert.is(table.info.counts.dropped_default_route, 2);
  });
});

test.run();
