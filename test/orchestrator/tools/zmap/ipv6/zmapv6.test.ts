import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAddress } from '../../../../../orchestrator/address/ip.ts';
import { ownAddress6, writeAddresses } from '../../../../../orchestrator/tools/zmap/ipv6/zmapv6.ts';
import { temporaryFolder } from '../../context.ts';

const test = suite('what ZMapv6 is given');

/** n-th address of 2001:db8::/32, as a hitlist holds it. */
function bytesOf(n: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32BE(0x20010db8, 0);
  bytes.writeUInt32BE(n, 12);
  return bytes;
}

for (const count of [0, 1, 3, 10_000]) {
  test(`a hitlist of ${count} addresses becomes as many lines of the same addresses`, async () => {
    const folder = await temporaryFolder();
    const [list, text] = [join(folder, 'list'), join(folder, 'text')];
    await writeFile(list, Buffer.concat(Array.from({ length: count }, (_, n) => bytesOf(n))));
    assert.is(await writeAddresses(list, text), count);
    const lines = (await readFile(text, 'utf8')).split('\n').filter(Boolean);
    assert.is(lines.length, count);
    for (const [n, line] of lines.entries())
      assert.equal(parseAddress(line), parseAddress(`2001:db8::${n.toString(16)}`));
  });
}

test('an interface without an IPv6 address to send from is named', () => {
  assert.throws(() => ownAddress6('nowhere0'), /nowhere0 has no IPv6 address/);
  assert.throws(() => ownAddress6('lo'), /lo has no IPv6 address/);
});

test.run();
