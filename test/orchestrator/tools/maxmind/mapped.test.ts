import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import { maxmind } from '../../../../orchestrator/tools/maxmind/tool.ts';
import { decodeAll, makeContext } from '../context.ts';
import { mmdb } from './mmdb-writer.ts';

const test = suite('tools/maxmind, mapped prefixes');

async function countryOf(address: string, countries: [string, string][]): Promise<unknown> {
  const file = join(mkdtempSync(join(tmpdir(), 'mmdb-')), 'country.mmdb');
  writeFileSync(file, mmdb(countries));
  const config = Config.parse({ targets: { prefixes: ['198.18.0.0/24'] }, geo: { country: file } });
  const { records } = await decodeAll(maxmind, await makeContext({ rows: [{ address }], config }));
  return records[0]?.country;
}

const mapped: [string, string] = ['::ffff:198.18.0.0/111', 'FI'];
const cases: [sentence: string, address: string, countries: [string, string][], country: string | null][] = [
  ['an IPv4 address is found by a mapped prefix', '198.18.4.7', [mapped], 'FI'],
  ['and so is one that is written as mapped', '::ffff:198.18.4.7', [mapped], 'FI'],
  ['outside of it there is none', '198.20.4.7', [mapped], null],
  ['where IPv4 has its usual place, that one counts', '198.18.4.7', [mapped, ['::198.18.0.0/111', 'SE']], 'SE'],
  ['what has only the mapped place is found beside it', '198.18.4.7', [mapped, ['::198.20.0.0/111', 'SE']], 'FI'],
  ['an entry of IPv6 around all of IPv4 does not hide it', '198.18.4.7', [['::/1', 'JP'], mapped], 'FI'],
  ['an entry of ::/96 as a whole is one of each IPv4 address', '198.18.4.7', [['::/96', 'JP']], 'JP'],
  ['an IPv6 address is not looked for there', '2001:db8::c612:407', [mapped], null],
];
for (const [sentence, address, countries, country] of cases)
  test(sentence, async () => assert.is(await countryOf(address, countries), country));

test.run();
