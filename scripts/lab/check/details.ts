import type { Truth, TruthHost } from '../truth.ts';
import type { Host, Result } from './result.ts';
import { expected } from './verdicts.ts';

function same(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && [...left].sort().join() === [...right].sort().join();
}

/** What the wire shows of a host that speaks v1, beyond its verdict. */
function wireDetails(truth: TruthHost, host: Host): [what: string, said: unknown, right: unknown][] {
  const announced = host.announced?.map((one) => `${one.address} hmac ${one.hmac}`).sort() ?? null;
  return [
    ['v1.flags', host.v1?.flags, truth.flags],
    ['fallback', host.fallback, truth.fallback],
    ['MP_FAIL seen', (host.mp_fail ?? 0) > 0, truth.mp_fail],
    ['announced', announced, truth.announces.map((address) => `${address} hmac valid`).sort()],
  ];
}

/** How far what is capable was proven, where the world says it. */
function rungs(truth: TruthHost, host: Host): [what: string, said: unknown, right: unknown][] {
  if (truth.rung === null) return [];
  return (['v1', 'v0'] as const).flatMap((version) =>
    expected(truth, version) === 'capable' && host[version]
      ? [[`${version}.rung`, host[version].rung, truth.rung]]
      : [],
  );
}

function lookups(truth: TruthHost, host: Host): [what: string, said: unknown, right: unknown][] {
  const names = [...new Set(host.domains.map(({ name }) => name))].sort();
  return [
    ['asn', host.asn, truth.asn],
    ['prefix', host.prefix, truth.prefix],
    ['as_name', host.as_name, truth.as_name],
    ['country', host.country, truth.country],
    ['city', host.city, truth.city],
    ['domains', names, truth.domains],
  ];
}

/** Flags, rung, fallback, MP_FAIL, announcements, AS, place and names of every host that has a row. */
export function compareDetails(truth: readonly TruthHost[], hosts: readonly Host[]): string[] {
  const rows = new Map(hosts.map((host) => [`${host.address} ${host.port}`, host]));
  // A world that states no cause knows of none.
  const states = truth.some(({ cause }) => cause !== null);
  const differences: string[] = [];
  for (const right of truth) {
    const host = rows.get(`${right.address} ${right.port}`);
    if (!host) continue;
    const cause: [string, unknown, unknown][] =
      host.cause == null || !states ? [] : [['cause', host.cause, right.cause]];
    const details = expected(right, 'v1') === 'capable' && host.v1 ? wireDetails(right, host) : [];
    for (const [what, said, should] of [...details, ...rungs(right, host), ...cause, ...lookups(right, host)])
      if (JSON.stringify(said ?? null) !== JSON.stringify(should ?? null))
        differences.push(
          `${right.address} port ${right.port}: ${what} is ${JSON.stringify(said)}, right is ${JSON.stringify(should)}`,
        );
  }
  return differences;
}

/** Names, ranks and addresses of the list entries; one without any address may be absent. */
export function compareDomains(truth: Truth, result: Result, inRun: (address: string) => boolean): string[] {
  const capable = (version: 'v1' | 'v0') =>
    new Set(truth.hosts.filter((host) => expected(host, version) === 'capable').map(({ address }) => address));
  const [v1, v0] = [capable('v1'), capable('v0')];
  const chance = new Set(truth.hosts.filter(({ also }) => also.length > 0).map(({ address }) => address));
  const rows = new Map(result.domains.map((row) => [row.name, row]));
  const { versions } = result.manifest.config.scan;
  const differences: string[] = [];
  for (const { name, rank, addresses, www_addresses } of truth.domains) {
    const right = [...new Set([...addresses, ...www_addresses])].filter(inRun);
    const row = rows.get(name);
    rows.delete(name);
    if (!row) {
      if (right.length > 0) differences.push(`${name}: absent from domains, right are ${right.join(' ')}`);
      continue;
    }
    if (row.rank !== rank) differences.push(`${name}: rank is ${row.rank}, right is ${rank}`);
    if (!same(row.addresses, right))
      differences.push(`${name}: addresses are ${row.addresses.join(' ')}, right are ${right.join(' ')}`);
    const counts = [
      right.filter((address) => v0.has(address)).length,
      right.filter((address) => v1.has(address)).length,
    ];
    // Chance decides which backend of theirs answered.
    if (right.some((address) => chance.has(address))) continue;
    for (const [version, said] of [row.addresses_capable_v0, row.addresses_capable_v1].entries())
      if (versions.includes(version) && said !== counts[version])
        differences.push(`${name}: ${said} addresses capable in v${version}, right are ${counts[version]}`);
  }
  for (const name of rows.keys()) differences.push(`${name}: in domains, but not a name of the list`);
  return differences;
}
