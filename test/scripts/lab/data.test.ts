// takes: long
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { type CityResponse, type CountryResponse, open } from 'maxmind';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { writeData } from '../../../scripts/lab/data.ts';
import { planOf } from '../../../scripts/lab/plan.ts';
import { Truth, truthOf } from '../../../scripts/lab/truth.ts';
import { readWorld } from '../../../scripts/lab/world.ts';
import { skipUnless } from '../../skip.ts';

const test = suite('scripts/lab/data');
const plan = planOf(await readWorld('small'));
const truth = truthOf(plan);

async function withData(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lab-data-'));
  try {
    await writeData(plan, folder);
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function hashes(folder: string): Promise<Record<string, string>> {
  const entries = (await readdir(folder)).sort();
  const texts = await Promise.all(entries.map((name) => readFile(path.join(folder, name))));
  return Object.fromEntries(
    entries.map((name, i) => [
      name,
      createHash('sha256')
        .update(texts[i] ?? '')
        .digest('hex'),
    ]),
  );
}

const perl = await execa('perl', ['-MMaxMind::DB::Writer::Tree', '-MJSON::PP', '-e', '1'], { reject: false });
if (
  !skipUnless(perl.exitCode === 0, 'scripts/lab/data', 'perl has no MaxMind::DB::Writer (libmaxmind-db-writer-perl)')
) {
  test('the same world gives the same bytes, so that a run can go on in a later lab', async () => {
    await withData(async (folder) => {
      const before = await hashes(folder);
      await writeData(plan, folder);
      assert.equal(await hashes(folder), before);
      assert.is(Object.keys(before).length, 9);
    });
  });

  test('the geo databases give the country and the city of every host of the truth', async () => {
    await withData(async (folder) => {
      const country = await open<CountryResponse>(path.join(folder, 'country.mmdb'));
      const city = await open<CityResponse>(path.join(folder, 'city.mmdb'));
      assert.is(city.metadata.ipVersion, 6);
      for (const host of truth.hosts) {
        assert.is(country.get(host.address)?.country?.iso_code, host.country, host.address);
        assert.is(city.get(host.address)?.city?.names.en, host.city, host.address);
      }
      assert.is(country.get('198.18.200.1'), null);
      const hongkong = country.get('198.18.128.1');
      assert.equal([hongkong?.country?.iso_code, hongkong?.registered_country?.iso_code], ['HK', 'CN']);
    });
  });

  test('list, prefix table, names, truth and configuration are as their readers expect them', async () => {
    await withData(async (folder) => {
      const text = (name: string) => readFile(path.join(folder, name), 'utf8');
      const list = (await text('top-list.csv')).split('\n');
      assert.is(list.length, truth.list.lines + 1);
      assert.is(list[4], '5,westlake.example');
      assert.match(await text('rib.dat'), /^; .*\n; .*\n198\.18\.0\.0\/24\t64496\n/);
      assert.is(
        JSON.parse(await text('asnames.json'))['64502'],
        'PEARL-RIVER-IDC Pearl River Data Centre Guangdong, CN',
      );
      assert.equal(Truth.parse(JSON.parse(await text('truth.json'))), truth);
      assert.match(await text('blocklist.conf'), /^198\.18\.78\.0\/29 /m);
      const census = parse(await text('census.yaml'));
      assert.is(census.lab, true);
      assert.is(census.targets.list, path.join(folder, 'top-list.csv'));
    });
  });
}

test.run();
