import { basename } from 'node:path';
import { z } from 'zod';
import { parseAddress } from '../address/ip.ts';
import { PrefixSet } from '../address/prefix-set.ts';
import { scopeOf } from '../address/scope.ts';
import type { Scope } from '../schemas/lists.ts';

/**
 * What of a run's setting may stand on a page that is published. It tells how to repeat the run, not whose machine it ran on: hostname,
 * addresses, interface and the kernel's whole name are in the manifest alone.
 */

/** An absolute path within a text, of two names or more: the slash of a prefix or of a URL does not begin one. */
const path = /(?<![\w/:.-])(?:\/[^\s/,;'"]+){2,}/g;

/** What of a URL may hold a name or a token. */
const userOrQuery = /(?<=[a-z]:\/\/)[^\s/@]+@|(?<=[a-z]:\/\/[^\s?#]*)\?[^\s,'"]*/gi;

/** A text with the last name of each path, and URLs without user and query: the rest says who keeps what where. */
export function withoutPaths(text: string): string {
  return text.replace(path, (whole) => basename(whole)).replace(userOrQuery, '');
}

/** The operator's own addresses, by configuration key: the report says that there were some, not which. */
const isOwn = (key: string) => key.startsWith('sentinels.') || ['resolve.resolvers', 'whois.server'].includes(key);
const inside: ReadonlySet<string> = new Set<Scope>(['private', 'shared', 'link_local', 'loopback']);

/** Sentinels are the operator's, wherever they stand; what else was asked of a network inside, by its scope. */
function withoutOwn(key: string, text: string): string {
  if (!isOwn(key) || text === 'none') return text;
  if (key.startsWith('sentinels.')) return 'given';
  const told = text.split(', ').map((one) => {
    const scope = parseAddress(one) === null ? 'global' : scopeOf(one, new PrefixSet([]));
    return inside.has(scope) ? scope : one;
  });
  return told.join(', ');
}

/** Keys that say whose machine and network it was. */
const ofTheMachine: ReadonlySet<string> = new Set(['scan.interface', 'scan.gateway_mac']);

const Tree = z.record(z.string(), z.unknown());

/** Nested plain values as dotted keys; lists as text. */
function pairs(value: unknown, key = ''): [string, string][] {
  if (Array.isArray(value)) return [[key, withoutPaths(value.join(', '))]];
  const tree = Tree.safeParse(value);
  if (!tree.success) return [[key, value === null ? 'none' : withoutPaths(String(value))]];
  return Object.entries(tree.data).flatMap(([name, inner]) => pairs(inner, key === '' ? name : `${key}.${name}`));
}

/** "6.18" of "6.18.44-1-amd64": what decides how MPTCP behaves. */
function kernelSeries(kernel: unknown): string {
  return /^\d+\.\d+/.exec(String(kernel))?.[0] ?? 'unknown';
}

const Vantage = z.looseObject({
  kernel: z.unknown(),
  architecture: z.unknown(),
  mptcp_sysctls: Tree.default({}),
  lab_ranges_declared_global: z.array(z.string()).default([]),
});

/** Where the run was made, as far as it bears on the numbers. */
export function publishedVantage(vantage: unknown): [string, string][] {
  const { kernel, architecture, mptcp_sysctls, lab_ranges_declared_global: ranges } = Vantage.parse(vantage);
  return [
    ['kernel', `Linux ${kernelSeries(kernel)}`],
    ...(architecture === undefined ? [] : pairs(architecture, 'architecture')),
    ...Object.entries(mptcp_sysctls).map(([name, value]): [string, string] => [name, String(value)]),
    ...(ranges.length === 0 ? [] : pairs(ranges, 'lab ranges taken for global')),
  ];
}

/** The configuration; of a stage that was disabled only that. */
export function publishedConfig(config: Record<string, unknown>, disabled: ReadonlySet<string>): [string, string][] {
  return Object.entries(config).flatMap(([name, value]) =>
    disabled.has(name)
      ? [[name, 'disabled'] satisfies [string, string]]
      : pairs(value, name).flatMap(([key, text]) => (ofTheMachine.has(key) ? [] : [[key, withoutOwn(key, text)]])),
  );
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Of these paths, those that no disabled stage alone names. */
export function filesOfEnabled(
  files: readonly string[],
  config: Record<string, unknown>,
  disabled: ReadonlySet<string>,
): string[] {
  const named = (off: boolean) =>
    new Set(Object.entries(config).flatMap(([name, value]) => (disabled.has(name) === off ? textsIn(value) : [])));
  const [ofDisabled, ofEnabled] = [named(true), named(false)];
  return files.filter((file) => !ofDisabled.has(file) || ofEnabled.has(file));
}
