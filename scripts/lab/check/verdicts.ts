import type { TruthHost } from '../truth.ts';
import type { Host } from './result.ts';

export type Version = 'v1' | 'v0';
/** One row of the printed table: the hosts of which the world says one thing. */
export interface VerdictRow {
  version: Version;
  truth: string;
  hosts: number;
  found: number;
  /** found as something else, or not at all, by what they were called */
  otherwise: Record<string, number>;
}

const keyOf = (row: { address: string; port: number }) => `${row.address} port ${row.port}`;

/** A host of which nothing may be in the result has no row there. */
export function expected(host: TruthHost, version: Version): string {
  return host.blocked ? 'silent' : host[version];
}

/** A silent address has no row in hosts. */
function called(host: Host | undefined, version: Version): string {
  if (!host) return 'silent';
  return host[version]?.verdict ?? 'no verdict';
}

/** Compares the verdict of every address and port, in the versions that the run probed. */
export function compareVerdicts(truth: readonly TruthHost[], hosts: readonly Host[], versions: readonly Version[]) {
  const results = new Map(hosts.map((host) => [keyOf(host), host]));
  const known = new Set(truth.map(keyOf));
  const rows = new Map<string, VerdictRow>();
  const differences: string[] = [];
  for (const version of versions) {
    for (const host of truth) {
      const right = expected(host, version);
      const said = called(results.get(keyOf(host)), version);
      const label = host.blocked ? 'opted out' : right;
      const row = rows.get(`${version} ${label}`) ?? { version, truth: label, hosts: 0, found: 0, otherwise: {} };
      rows.set(`${version} ${label}`, row);
      row.hosts += 1;
      if (said === right || (!host.blocked && host.also.some((verdict) => verdict === said))) row.found += 1;
      else {
        row.otherwise[said] = (row.otherwise[said] ?? 0) + 1;
        differences.push(`${keyOf(host)} (${host.site}): ${version} is ${said}, right is ${right}`);
      }
    }
  }
  for (const host of hosts)
    if (!known.has(keyOf(host)))
      differences.push(`${keyOf(host)}: in the result, but no name of the world leads there`);
  return { rows: [...rows.values()], differences };
}

/** Genuine hosts found and missed, and hosts called capable that are not. */
export function summary(
  rows: readonly VerdictRow[],
  version: Version,
): { found: number; missed: number; false: number } {
  const sum = { found: 0, missed: 0, false: 0 };
  for (const row of rows.filter((one) => one.version === version)) {
    if (row.truth === 'capable') {
      sum.found += row.found;
      sum.missed += row.hosts - row.found;
    } else sum.false += row.otherwise.capable ?? 0;
  }
  return sum;
}
