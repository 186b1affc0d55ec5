import { type BuildOptions, buildTable, namesOf } from './build.ts';
import { isCache, loadTable } from './cache.ts';
import { packNames } from './name-list.ts';
import { Table } from './table.ts';

export type { Flag } from './asn-class.ts';
export { type BuildOptions, buildTable } from './build.ts';
export { loadTable, saveTable } from './cache.ts';
export { type ErrorCode, FileError, InvalidAddressError, Ip2AsnError } from './errors.ts';
export type { ArchivedRib, Layout } from './fetch/archive.ts';
export { type Marks, refresh } from './fetch/download.ts';
export { type FetchedRib, type FetchOptions, type FindOptions, fetchRib, findRib } from './fetch/fetch-rib.ts';
export { Match } from './match.ts';
export type { AsSize } from './size.ts';
export type { StartedProgram, StartProgram } from './start-program.ts';
export { type Address, Table, type TableInfo, type TableOptions } from './table.ts';

/** What only building can do: a cache holds what it was built with. */
const BUILDING = ['asOf', 'defaultRoutes', 'maxLength4', 'maxLength6', 'skipBadRecords'] as const;

/**
 * Opens a cache file, or builds the table when the path is a source file. `names` stand in for those of a cache.
 * @throws TypeError for a cache with an option that only building can follow
 */
export async function openTable(path: string, options: Omit<BuildOptions, 'source'> = {}): Promise<Table> {
  if (!(await isCache(path))) return buildTable({ ...options, source: path });
  const option = BUILDING.find((name) => options[name] !== undefined);
  if (option !== undefined)
    throw new TypeError(`${option} is for building, and ${path} is a cache that was built already`);
  const table = await loadTable(path, options);
  if (options.names === undefined) return table;
  const names = packNames(await namesOf(options.names, options));
  return new Table({ ...table.parts, names }, options);
}
