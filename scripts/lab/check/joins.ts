import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { contains } from '../addresses.ts';
import type { TruthHost } from '../truth.ts';
import type { Result } from './result.ts';
import { expected } from './verdicts.ts';

/** A table of the report whose cells hold no comma but in its first column. */
function cellsOf(csv: string): string[][] {
  const [, ...lines] = csv.trimEnd().split(/\r?\n/);
  return lines.map((line) => {
    const [, name = '', rest = ''] = /^("(?:[^"]|"")*"|[^,]*),(.*)$/.exec(line) ?? [];
    return [name.replace(/^"|"$/g, ''), ...rest.split(',')];
  });
}

/** Numbers that the report publishes of hosts and joins, by what they count. */
export async function reportedJoins(run: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of ['multihomed', 'host_sizes', 'joins']) {
    const csv = await readFile(path.join(run, 'report', `${table}.csv`), 'utf8').catch(() => '');
    for (const [name = '', count] of cellsOf(csv)) counts[`${table}: ${name}`] = Number(count);
  }
  return counts;
}

interface Right {
  /** Announced addresses that may be asked, each with whom they belong to. */
  asked: Set<string>;
  counts: Record<string, number>;
}

/** What one chain of sets joins that have something in common. */
function merged(sets: readonly Set<string>[]): Set<string>[] {
  const whole: Set<string>[] = [];
  for (const one of sets) {
    const touching = whole.filter((other) => [...one].some((address) => other.has(address)));
    for (const other of touching) whole.splice(whole.indexOf(other), 1);
    whole.push(new Set([one, ...touching].flatMap((some) => [...some])));
  }
  return whole;
}

/** Hosts are made of servers that hold a connection, and of what these announce. */
function rightOf(hosts: readonly TruthHost[], isGlobal: (address: string) => boolean): Right {
  const asked = new Set(hosts.flatMap(({ announces }) => announces.filter(isGlobal)));
  const sizes = merged(hosts.map(({ address, announces }) => new Set([address, ...announces.filter(isGlobal)]))).map(
    (members) => [...members],
  );
  const dual = (members: string[]) =>
    members.some((one) => one.includes(':')) && members.some((one) => !one.includes(':'));
  const counts: Record<string, number> = {
    'multihomed: have more than one address (multi-homed)': sizes.filter(({ length }) => length > 1).length,
    'multihomed: have an IPv4 and an IPv6 address (dual-stacked)': sizes.filter(dual).length,
    'multihomed: of those asked at another address, have joined there': sizes.filter((members) =>
      members.some((one) => asked.has(one)),
    ).length,
    'joins: gave a subflow with a valid HMAC (verified join)': asked.size,
  };
  for (const { length } of sizes) counts[`host_sizes: ${length}`] = (counts[`host_sizes: ${length}`] ?? 0) + 1;
  return { asked, counts };
}

/** What became of every announcement of an address, in the order of the words. */
function fatesOf(address: string, { hosts }: Result): string {
  const announced = hosts.flatMap((host) => host.announced?.filter((one) => one.address === address) ?? []);
  return announced
    .map(({ joined, joined_missing, join_failure }) =>
      joined ? 'joined' : (joined_missing ?? join_failure ?? 'nothing'),
    )
    .sort()
    .join(' ');
}

/** Every announced address was joined once, whoever announced it, and the report has the hosts of the world. Nothing where none was to be. */
export function compareJoins(truth: readonly TruthHost[], result: Result): string[] {
  const { handshake, lab_ranges } = result.manifest.config;
  if (!handshake.join) return [];
  const isGlobal = (address: string) => lab_ranges.some((range) => contains(range, address));
  const held = truth.filter((host) => expected(host, 'v1') === 'capable' && host.fallback === false);
  const { asked, counts } = rightOf(held, isGlobal);
  const differences: string[] = [];
  for (const address of new Set(held.flatMap(({ announces }) => announces))) {
    const times = held.filter(({ announces }) => announces.includes(address)).length;
    const right = asked.has(address)
      ? [...Array(times - 1).fill('budget'), 'joined'].join(' ')
      : Array(times).fill('not_global').join(' ');
    const said = fatesOf(address, result);
    if (said !== right) differences.push(`announced ${address}: ${said || 'nobody announced it'}, right is ${right}`);
  }
  for (const [what, right] of Object.entries(counts))
    if (result.joins[what] !== right) differences.push(`${what}: ${result.joins[what]}, right are ${right}`);
  return differences;
}
