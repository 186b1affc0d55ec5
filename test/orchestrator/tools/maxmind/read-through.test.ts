import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { requirePlaces } from '../../../../orchestrator/tools/maxmind/read-through.ts';

const test = suite('tools/maxmind/read-through');
const fixtures = 'test/fixtures/maxmind';
/** Begins the metadata, behind the data. */
const mark = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');

function changed(name: string, change: (bytes: Buffer, end: number) => Buffer): string {
  const bytes = readFileSync(join(fixtures, name));
  const file = join(mkdtempSync(join(tmpdir(), 'mmdb-')), name);
  writeFileSync(file, change(bytes, bytes.lastIndexOf(mark)));
  return file;
}

async function said(file: string): Promise<string> {
  return await requirePlaces('geo', file).then(
    () => '',
    (error) => String(error),
  );
}

for (const name of ['city.mmdb', 'country-ipv4.mmdb', 'flat.mmdb']) {
  test(`${name} is read through, whatever its layout`, async () => {
    assert.is(await said(join(fixtures, name)), '');
  });

  test(`${name} without the end of its data is refused, though its metadata are whole`, async () => {
    const cut = changed(name, (bytes, end) => Buffer.concat([bytes.subarray(0, end - 200), bytes.subarray(end)]));
    assert.match(await said(cut), `${name} cannot be used`);
  });

  test(`${name} without its metadata is refused`, async () => {
    assert.match(await said(changed(name, (bytes, end) => bytes.subarray(0, end))), `${name} cannot be used`);
  });
}

test('a record that cannot be decoded is found wherever it lies', async () => {
  const file = changed('city.mmdb', (bytes) => {
    // The English name of one city becomes a number of 31 bytes, which there is not.
    const at = bytes.indexOf('Tokyo') - 1;
    assert.ok(at > 0);
    bytes.writeUInt8(0xdf, at);
    return bytes;
  });
  assert.match(await said(file), 'city.mmdb cannot be used');
});

test('a whole database that knows no places is refused as that', async () => {
  const file = changed('country-ipv4.mmdb', (bytes) => {
    const text = bytes.toString('latin1').replaceAll('country', 'kountry').replaceAll('continent', 'kontinent');
    return Buffer.from(text, 'latin1');
  });
  assert.match(await said(file), 'holds no country, city or position');
});

test.run();
