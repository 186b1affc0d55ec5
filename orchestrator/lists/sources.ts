import { basename } from 'node:path';
import type { Targets } from '../config/targets.ts';
import { isUrl } from '../core/inputs/list-file.ts';
import { CensusError } from '../errors.ts';

/** A column as a configuration names it. */
export type Wanted = string | number | null;

/** One list of names of a run. */
export interface ListSource {
  /** Path, URL, or - for stdin. */
  list: string;
  /** What the records call it. */
  as: string;
  name: Wanted;
  rank: Wanted;
  sha256: string | null;
}

/** The file's own name, without what it is packed in. */
function ownName(list: string): string {
  const path = isUrl(list) && URL.canParse(list) ? decodeURIComponent(new URL(list).pathname) : list;
  return basename(path === '-' ? 'stdin' : path).replace(/\.(zip|gz|bz2|xz|zst|zstd)$/i, '') || 'list';
}

/**
 * The lists of names that a configuration has, in its order.
 * @throws CensusError E_CONFIG when two would have one name, or what can be said of one list is said of several
 */
export function listSources(targets: Targets): ListSource[] {
  if (!('list' in targets)) return [];
  const { list: given, name, rank, sha256 } = targets;
  const entries = typeof given === 'string' ? [given] : given;
  const sources = entries.map((entry): ListSource => {
    if (typeof entry === 'string') return { list: entry, as: ownName(entry), name, rank, sha256 };
    return { ...entry, as: entry.as ?? ownName(entry.list), name: entry.name ?? name, rank: entry.rank ?? rank };
  });
  if (sha256 !== null && sources.length > 1) {
    const hint = 'write it beside each list: list: [{list: FILE, sha256: ...}, ...]';
    throw new CensusError('E_CONFIG', 'targets.sha256 is of one list, and there are several', hint);
  }
  const twice = sources.find(({ as }, at) => sources.findIndex((other) => other.as === as) < at);
  if (twice === undefined) return sources;
  const hint = `name one of them: list: [{list: ${twice.list}, as: NAME}, ...]`;
  throw new CensusError('E_CONFIG', `targets.list: two lists are called ${twice.as}`, hint);
}

/** Files and URLs that targets are read from; none for prefixes. */
export function targetFiles(targets: Targets): string[] {
  if ('addresses' in targets) return [targets.addresses];
  return listSources(targets).map(({ list }) => list);
}

/** The same targets with every path in another form. */
export function withPaths(targets: Targets, at: (path: string) => string): Targets {
  if ('addresses' in targets) return { addresses: at(targets.addresses) };
  if (!('list' in targets)) return targets;
  const { list } = targets;
  const inner =
    typeof list === 'string'
      ? at(list)
      : list.map((entry) => (typeof entry === 'string' ? at(entry) : { ...entry, list: at(entry.list) }));
  return { ...targets, list: inner, cache: at(targets.cache) };
}
