import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeReport } from '../../../orchestrator/report/report.ts';
import type { DomainsRecord } from '../../../orchestrator/schemas/records/domains.ts';
import type { HostsRecord } from '../../../orchestrator/schemas/records/hosts.ts';
import { makeFacts } from './facts.ts';
import { makeDomain, makeHost, verdict, writeParquet } from './parquet.ts';

const test = suite('report/paper');

/** Rows of a CSV file whose cells hold no line breaks. */
function readCsv(text: string): string[][] {
  const cells = (line: string) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)];
  return text
    .trim()
    .split('\n')
    .map((line) => cells(line).map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? ''));
}

/** The named columns of a CSV, heading first. */
function project(text: string, columns: string[]): string[][] {
  const [heading = [], ...rows] = readCsv(text);
  const places = columns.map((column) => heading.indexOf(column));
  return [columns, ...rows.map((row) => places.map((place) => row[place] ?? ''))];
}

async function paperTable(name: string): Promise<string[][]> {
  return readCsv(await readFile(`test/cases/paper/${name}.csv`, 'utf8'));
}

/** Each value as often as its count says. */
function repeat(rows: string[][]): string[] {
  return rows.slice(1).flatMap(([value = '', count]) => Array.from({ length: Number(count) }, () => value));
}

/** The paper's 354 servers. What it calls (Other) stands for ASes with at most three servers each. */
async function paperHosts(): Promise<HostsRecord[]> {
  const countries = repeat(await paperTable('table1'));
  const systems = repeat(await paperTable('table2'));
  const numbers = [...new Set(systems)];
  return systems.map((system, i) => {
    const other = system === '(Other)' ? Math.floor(i / 3) : null;
    return makeHost({
      address: `198.18.${i >> 8}.${i & 255}`,
      v1: null,
      v1_missing: 'not_sent',
      v0: verdict('capable', 'fresh_key'),
      country: countries[i] ?? null,
      asn: other === null ? 64496 + numbers.indexOf(system) : 65100 + other,
      as_name: other === null ? system : `SMALL-${other}`,
    });
  });
}

/** 520 capable domains: the 8 of Table 3, then others; 85 have several addresses, of which 68, from the 17th on, are mixed. */
async function paperDomains(hosts: HostsRecord[]): Promise<DomainsRecord[]> {
  const known = (await paperTable('table3')).slice(1);
  let next = 0;
  const take = () => hosts[next++ % hosts.length]?.address ?? '';
  const top = known.map(([name = '', rank, endpoints]) => {
    const addresses = Array.from({ length: Number(endpoints) }, take);
    return makeDomain({ name, rank: Number(rank), addresses, addresses_capable_v0: addresses.length });
  });
  const several = 85 - top.filter((domain) => domain.addresses.length > 1).length;
  const rest = Array.from({ length: 520 - top.length }, (_, i) => {
    const place = top.length + i + 1;
    const mixed = place >= 17 && place < 17 + 68;
    const whole = place >= 17 + 68 && place < 17 + several;
    const second = mixed ? ['198.19.0.1'] : whole ? [take()] : [];
    const addresses = [take(), ...second];
    const rank = place === 17 ? 7765 : place * 400 + (place > 17 ? 1200 : 0);
    return makeDomain({ name: `site-${place}.example`, rank, addresses, addresses_capable_v0: whole ? 2 : 1, mixed });
  });
  return [...top, ...rest];
}

test("a census with the paper's counts prints the paper's tables", async () => {
  const hosts = await paperHosts();
  const domains = await paperDomains(hosts);
  for (const domain of domains) {
    for (const host of hosts) {
      if (domain.addresses.includes(host.address))
        host.domains.push({ name: domain.name, rank: domain.rank, www: false });
    }
  }
  const folder = await mkdtemp(join(tmpdir(), 'census-paper-'));
  const out = join(folder, 'report');
  const { text } = await writeReport({ ...(await writeParquet(folder, hosts, domains)), out, facts: makeFacts() });
  const read = async (name: string) => await readFile(join(out, `${name}.csv`), 'utf8');
  assert.equal(project(await read('table1'), ['country', 'servers', 'ratio']), await paperTable('table1'));
  assert.equal(project(await read('table2'), ['as_name', 'hosts']), await paperTable('table2'));
  assert.equal(project(await read('table3'), ['domain', 'rank', 'endpoints']), await paperTable('table3'));
  const steps = project(await read('mixed_domains'), ['count', 'of', 'share']);
  assert.equal(steps.slice(-2), [
    ['85', '520', '16.35'],
    ['68', '85', '80.00'],
  ]);
  assert.match(
    text.replace(/\n {2}/g, ' '),
    'The first mixed domain is at rank 7,765, number 17 among the capable ones.',
  );
  assert.match(text, 'n = 354 capable addresses');
  await rm(folder, { recursive: true });
});

test.run();
