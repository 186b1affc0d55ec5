import { type BuildOptions, buildTable } from './build.ts';
import { isCache, loadTable } from './cache.ts';
import type { Table } from './table.ts';

export type { Flag } from './asn-class.ts';
export { type BuildOptions, buildTable } from './build.ts';
export { loadTable, saveTable } from './cache.ts';
export { type ErrorCode, FileError, InvalidAddressError, Ip2AsnError } from './errors.ts';
export type { Layout } from './fetch/archive.ts';
export { type FetchedRib, type FetchOptions, fetchRib } from './fetch/fetch-rib.ts';
export { Match } from './match.ts';
export type { AsSize } from './size.ts';
export { type Address, Table, type TableInfo, type TableOptions } from './table.ts';

/** Opens a cache file, or builds the table when the path is a source file. */
export async function openTable(path: string, options: Omit<BuildOptions, 'source'> = {}): Promise<Table> {
  if (await isCache(path)) return loadTable(path, options);
  return buildTable({ ...options, source: path });
}
