import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { inPrefix, parsePrefix } from '../../address/ip.ts';
import type { PrefixSet } from '../../address/prefix-set.ts';
import { notGlobal, scopeOf } from '../../address/scope.ts';
import type { Config } from '../../config/config.ts';
import { filesSql, sqlText } from '../../core/database/sql.ts';
import type { WholeContext } from '../../core/stage.ts';
import { headsSql, unsureSql } from './replies.ts';

const Head = z.object({ head: z.string() });
const Address = z.object({ address: z.string() });

/** true when every address that begins so is global: no special-purpose block meets `240.` or `2a00:`. */
function isSurelyGlobal(head: string): boolean {
  const prefix = parsePrefix(head.endsWith('.') ? `${head}0.0.0/8` : `${head}:/16`);
  if (prefix === null) return false;
  return !notGlobal(prefix.family).some((special) => inPrefix(special, prefix) || inPrefix(prefix, special));
}

/** Lines of address and scope, for addresses that are not global. */
async function* outsideLines(addresses: AsyncIterable<unknown>, lab: PrefixSet): AsyncGenerator<string> {
  for await (const value of addresses) {
    const { address } = Address.parse(value);
    const scope = scopeOf(address, lab);
    if (scope !== 'global') yield `${address},${scope}\n`;
  }
}

/**
 * Writes the scope of every address of a range that answered and is not global; gives the SQL of it. A census asks no such address, so
 * there are few or none.
 * @param hosts SQL of rows with the addresses
 */
export async function writeOutside(
  { query }: WholeContext<Config>,
  hosts: string,
  lab: PrefixSet,
  file: string,
): Promise<void> {
  const sure: string[] = [];
  let all = true;
  for await (const value of query(headsSql(hosts))) {
    const { head } = Head.parse(value);
    if (isSurelyGlobal(head)) sure.push(sqlText(head));
    else all = false;
  }
  const unsure = all ? none() : query(unsureSql(hosts, sure));
  await pipeline(outsideLines(unsure, lab), createWriteStream(file));
}

async function* none(): AsyncGenerator<unknown> {}

/** SQL of what was written so. */
export function outsideCsv(file: string): string {
  return filesSql(
    'csv',
    [file],
    'header = false, auto_detect = false',
    "columns = {address: 'VARCHAR', scope: 'VARCHAR'}",
  );
}
