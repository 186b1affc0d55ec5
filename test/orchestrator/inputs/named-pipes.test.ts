import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readBlocklist } from '../../../orchestrator/address/blocklist.ts';
import { Config } from '../../../orchestrator/config/config.ts';
import { CensusError } from '../../../orchestrator/errors.ts';
import { checkInputs } from '../../../orchestrator/inputs/inputs.ts';

const test = suite('named pipes as inputs');

const folder = mkdtempSync(join(tmpdir(), 'pipes-'));
const pipe = join(folder, 'pipe');
execFileSync('mkfifo', [pipe]);
const list = join(folder, 'list');
writeFileSync(list, '1,a.example\n');

const places: [where: string, config: object][] = [
  ['the list', { targets: { list: pipe } }],
  ['the second list', { targets: { list: [list, { list: pipe, as: 'b' }] } }],
  ['addresses', { targets: { addresses: pipe } }],
  ['the prefix table', { targets: { list }, asn: { rib: pipe } }],
  ['names of ASes', { targets: { list }, asn: { rib: list, names: pipe } }],
  ['organisations', { targets: { list }, asn: { organisations: pipe } }],
  ['a database of countries', { targets: { list }, geo: { country: pipe } }],
];
for (const [where, config] of places) {
  test(`one in the place of ${where} is refused by its name, and nobody waits for who writes it`, async () => {
    const error = await checkInputs(Config.parse(config), null).catch((thrown: unknown) => thrown);
    if (!(error instanceof CensusError)) throw new Error(String(error));
    assert.is(error.code, 'E_INPUT');
    assert.match(error.message, `${pipe} is a named pipe, and a file is needed there`);
  });
}

test('one in the place of the blocklist is, too', () => {
  assert.throws(() => readBlocklist(pipe), /pipe is a named pipe, and a file is needed there/);
});

test.run();
