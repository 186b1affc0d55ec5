import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import type { CensusError } from '../../../../orchestrator/errors.ts';
import { AsnRecord } from '../../../../orchestrator/schemas/records/asn.ts';
import { ip2asnLite } from '../../../../orchestrator/tools/ip2asn-lite/tool.ts';
import { decodeAll, makeContext } from '../context.ts';

const test = suite('tools/ip2asn-lite');
const folder = 'test/fixtures/ip2asn-lite';

function configFor(rib: string | null, names: string | null) {
  return Config.parse({ targets: { prefixes: ['198.18.0.0/24'] }, asn: { rib, names } });
}

async function lookUp(addresses: string[], rib: string | null, names: string | null = `${folder}/names.txt`) {
  const rows = addresses.map((address) => ({ address }));
  const { records, rejects } = await decodeAll(
    ip2asnLite,
    await makeContext({ rows, config: configFor(rib, names), stage: 'asn' }),
  );
  assert.equal(rejects, []);
  for (const record of records) AsnRecord.parse(record);
  return records;
}

type Found = [asn: number | null, prefix: string | null, origins: number[], as_name: string | null];
const cases: [string, string, Found][] = [
  [
    'a short prefix holds what no longer one does',
    '198.19.1.1',
    [64500, '198.18.0.0/15', [64500], 'EXAMPLE-TRANSIT Example Transit Oy, FI'],
  ],
  ['the longest prefix wins', '198.18.4.7', [64501, '198.18.4.0/22', [64501], 'EXAMPLE-AS Example Hosting Oy, FI']],
  [
    'all origins of a prefix are told, sorted, and the decided one decides the name',
    '198.18.4.200',
    [64503, '198.18.4.128/25', [64502, 64503], 'FIRST-ORIGIN, DE'],
  ],
  ['members of an AS_SET are told', '198.18.9.9', [64509, '198.18.9.0/24', [64509, 64510], null]],
  ['IPv6 has four-byte origins too', '2001:db8:7::1', [4200000007, '2001:db8:7::/48', [4200000007], null]],
  ['an address outside of all prefixes is no_data', '240.0.0.1', [null, null, [], null]],
  ['a private address is no_data', '10.1.2.3', [null, null, [], null]],
];

for (const [title, address, found] of cases) {
  test(title, async () => {
    const [asn, prefix, origins, as_name] = found;
    const failure = asn === null ? 'no_data' : null;
    assert.equal(await lookUp([address], `${folder}/table.pfx2as`), [
      { address, asn, prefix, origins, as_name, failure },
    ]);
  });
}

test('without a names file there are no names', async () => {
  const [record] = await lookUp(['198.18.4.7'], `${folder}/table.pfx2as`, null);
  assert.is(record?.as_name, null);
});

const unusable: [string, string | null, string, RegExp][] = [
  ['no table', null, 'E_CONFIG', /asn\.rib is not set/],
  ['a table that is not there', `${folder}/missing.dat`, 'E_INPUT', /missing\.dat/],
  ['a file of another kind', `${folder}/README.md`, 'E_INPUT', /README\.md/],
];
for (const [title, rib, code, message] of unusable) {
  test(`${title} is an error that says so`, async () => {
    await lookUp(['198.18.4.7'], rib, null).then(
      () => assert.unreachable(),
      (error: CensusError) => {
        assert.is(error.code, code);
        assert.match(error.message, message);
      },
    );
  });
}

test('a table that failed once is opened again', async () => {
  const rib = join(await mkdtemp(join(tmpdir(), 'census-rib-')), 'table.pfx2as');
  await lookUp(['198.18.4.7'], rib, null).then(
    () => assert.unreachable(),
    () => undefined,
  );
  await copyFile(`${folder}/table.pfx2as`, rib);
  assert.is((await lookUp(['198.18.4.7'], rib, null))[0]?.asn, 64501);
});

test('inputs names the files that are set', () => {
  assert.equal(ip2asnLite.inputs?.(configFor('rib.bz2', null)), ['rib.bz2']);
});

test('what unpacks a table has no capability, and hears nothing of the caller', async () => {
  const place = await mkdtemp(join(tmpdir(), 'unpacks-'));
  const rib = join(place, 'table.bz2');
  await promisify(execFile)('sh', ['-c', `bzip2 -c ${folder}/table.pfx2as >${rib}`]);
  const spy = `#!/bin/sh\ngrep ^Cap /proc/self/status >>${place}/seen\nenv >>${place}/seen\nexec bzip2 "$@"\n`;
  await writeFile(join(place, 'lbzip2'), spy, { mode: 0o755 });
  const { PATH } = process.env;
  process.env.PATH = `${place}:${PATH}`;
  process.env.OF_THE_CALLER = 'secret';
  try {
    const [found] = await lookUp(['198.18.4.7'], rib, null);
    assert.is(found?.asn, 64501);
  } finally {
    process.env.PATH = PATH;
    delete process.env.OF_THE_CALLER;
  }
  const seen = readFileSync(join(place, 'seen'), 'utf8');
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) assert.match(seen, `${set}:\t0000000000000000\n`);
  assert.not.match(seen, 'OF_THE_CALLER');
});

test.run();
