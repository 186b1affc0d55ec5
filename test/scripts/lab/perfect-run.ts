import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Result } from '../../../scripts/lab/check/result.ts';
import type { Truth, TruthHost } from '../../../scripts/lab/truth.ts';

const nothing = { failed: {}, rejected: {}, skipped: {} };

const lab_ranges = ['198.18.0.0/15', '2001:db8::/32'];

function fate(address: string): { joined: boolean | null; joined_missing: string | null } {
  if (address.startsWith('10.')) return { joined: null, joined_missing: 'not_global' };
  return { joined: true, joined_missing: null };
}

/** The report on the hosts of the world `small`: three servers that announce, two of them an IPv6 address as well. */
function joinCounts(hosts: readonly TruthHost[]): Record<string, number> {
  const held = hosts.filter((host) => host.v1 === 'capable' && host.fallback === false && !host.blocked);
  const announcing = held.filter(({ announces }) => announces.length > 0);
  if (announcing.length === 0) return {};
  return {
    'multihomed: have more than one address (multi-homed)': 3,
    'multihomed: have an IPv4 and an IPv6 address (dual-stacked)': 2,
    'multihomed: of those asked at another address, have joined there': 3,
    'joins: gave a subflow with a valid HMAC (verified join)': 5,
    'host_sizes: 1': held.length - announcing.length,
    'host_sizes: 2': 1,
    'host_sizes: 3': 2,
  };
}

function hostRow(host: TruthHost): Result['hosts'][number] {
  const speaks = host.v1 === 'capable';
  return {
    address: host.address,
    port: host.port,
    v1: { verdict: host.v1, flags: host.flags, rung: host.rung },
    v0: { verdict: host.v0, flags: null, rung: host.rung },
    domains: host.domains.map((name) => ({ name })),
    announced: host.announces.map((address) => ({ address, hmac: 'valid', ...fate(address) })),
    fallback: speaks ? host.fallback : true,
    mp_fail: host.mp_fail ? 1 : 0,
    asn: host.asn,
    prefix: host.prefix,
    as_name: host.as_name,
    country: host.country,
    city: host.city,
  };
}

/** What a census without a fault leaves of the world, IPv4, versions 1 and 0. */
export function perfectRun(truth: Truth): Result {
  const v4 = (address: string) => !address.includes(':');
  const hosts = truth.hosts.filter(({ address }) => v4(address));
  const answering = hosts.filter((host) => !host.blocked && host.v1 !== 'silent');
  const blocked = hosts.filter((host) => host.blocked).length;
  const names = truth.domains.flatMap(({ addresses, www_addresses }) => [addresses, www_addresses]);
  const resolved = names.filter((addresses) => addresses.some(v4)).length;
  const artefacts = Object.values(truth.list.artefacts).reduce((sum, count) => sum + count, 0);
  const capable = (addresses: string[], version: 'v1' | 'v0') =>
    answering.filter((host) => host[version] === 'capable' && addresses.includes(host.address)).length;
  return {
    hosts: answering.map(hostRow),
    domains: truth.domains.map(({ name, rank, ...both }) => {
      const addresses = [...new Set([...both.addresses, ...both.www_addresses])].filter(v4);
      const [v1, v0] = [capable(addresses, 'v1'), capable(addresses, 'v0')];
      return { name, rank, addresses, addresses_capable_v1: v1, addresses_capable_v0: v0 };
    }),
    crowd: null,
    joins: joinCounts(hosts),
    manifest: {
      config: {
        resolve: { families: [4] },
        lab_ranges,
        handshake: { join: true },
        confirm: {},
        scan: { versions: [1, 0], ports: [80] },
      },
      stages: {
        targets: {
          counts: {
            units_in: truth.list.lines,
            answered: truth.list.lines - artefacts,
            failed: {},
            rejected: truth.list.artefacts,
            skipped: {},
          },
        },
        resolve: {
          counts: {
            ...nothing,
            units_in: names.length,
            answered: resolved,
            failed: { timeout: truth.list.unanswered, no_data: names.length - resolved - truth.list.unanswered },
          },
        },
        scan: {
          counts: {
            units_in: 2 * hosts.length,
            answered: 2 * answering.length,
            failed: { timeout: 2 * (hosts.length - answering.length - blocked) },
            rejected: {},
            skipped: { blocked: 2 * blocked },
          },
        },
      },
    },
  };
}

/** Lays a run down as the files that `check` reads. */
export async function writeRun(folder: string, result: Result): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const name of ['hosts', 'domains'] as const) {
    const json = path.join(folder, `${name}.json`);
    await writeFile(json, JSON.stringify(result[name]));
    await connection.run(
      `COPY (SELECT * FROM read_json('${json}')) TO '${path.join(folder, name)}.parquet' (FORMAT parquet)`,
    );
  }
  connection.closeSync();
  await mkdir(path.join(folder, 'report'), { recursive: true });
  for (const table of ['multihomed', 'joins', 'host_sizes']) {
    const counted = Object.entries(result.joins).filter(([what]) => what.startsWith(`${table}: `));
    const lines = counted.map(([what, count]) => `"${what.slice(table.length + 2)}",${count},1,100\r\n`);
    await writeFile(path.join(folder, 'report', `${table}.csv`), `observation,hosts,of,share\r\n${lines.join('')}`);
  }
  await writeFile(path.join(folder, 'manifest.json'), JSON.stringify(result.manifest));
}
