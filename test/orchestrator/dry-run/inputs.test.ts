import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { census, written } from './forecast.ts';

const test = suite('dry-run/inputs');

const lab = { lab: true, lab_ranges: ['198.18.0.0/15'], targets: { addresses: 'addresses' } };

for (const [what, files, config, says] of [
  ['a table', { table: '198.18.0.0/15\tsixtyfour\n' }, { asn: { rib: 'table' } }, /^error E_INPUT: .*table.*byte 0/],
  ['a geolocation database', { 'g.mmdb': 'no database' }, { geo: { city: 'g.mmdb' } }, /^error E_INPUT: .*g\.mmdb/],
  [
    'a file of organisations',
    { organisations: 'no organisations\n', table: '198.18.0.0/15\t64500\n' },
    { asn: { rib: 'table', organisations: 'organisations' } },
    /^error E_INPUT: .*organisations/,
  ],
] as const) {
  test(`${what} that a run would be refused with is named`, async () => {
    const folder = written({ addresses: '198.18.9.1\n', ...files });
    writeFileSync(join(folder, 'census.yaml'), JSON.stringify({ ...lab, ...config }));
    const dry = ['run', '--dry-run', '-c', join(folder, 'census.yaml'), join(folder, 'run')];
    const { exitCode, stdout, stderr } = await census(dry, { XDG_CACHE_HOME: join(folder, 'cache') });
    assert.is(exitCode, 2, stdout);
    assert.is(stdout, '');
    assert.match(stderr, says);
  });
}

test.run();
