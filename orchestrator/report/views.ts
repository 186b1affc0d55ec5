import type { DuckDBInstance } from '@duckdb/node-api';
import type { z } from 'zod';
import { rows, runSql } from '../core/database/duckdb.ts';
import { sqlText } from '../core/database/sql.ts';
import { allOf } from '../core/side-by-side/all-of.ts';
import {
  ConfirmedRung,
  Hmac,
  JoinFailure,
  Missing,
  OfferedOption,
  Rung,
  Scope,
  SynAck,
  VerdictName,
} from '../schemas/lists.ts';
import { makeHosts } from './multihomed/table.ts';
import type { Organisations } from './organisations/file.ts';
import { makeOrganisations } from './organisations/table.ts';
import { readSql } from './rows.ts';
import { makeSources, orderHosts, type Source } from './sources.ts';

/** The closed lists whose order or membership a query needs, by the macro that gives each as a list: offer_words(). */
const lists: Readonly<Record<string, readonly string[]>> = {
  offer_words: OfferedOption.options,
  verdict_words: VerdictName.options,
  rung_words: Rung.options,
  confirmed_words: ConfirmedRung.options,
};

/**
 * Those of which a query needs one word, by the macro that gives them as fields: verdict().capable. A word that is not in the list is
 * an error of the query, where a literal would silently match nothing.
 */
const words: Readonly<Record<string, z.ZodEnum>> = {
  verdict: VerdictName,
  hmac: Hmac,
  missing: Missing,
  scope: Scope,
  join_failure: JoinFailure,
};

/**
 * So many addresses that answer one port are a prefix in which everything answers: of a /24, which has 256; of an IPv6 prefix, numbered at
 * random, as those do who look for aliased prefixes with 16 packets each.
 */
export const dense = { ipv4: 250, ipv6: 16 } as const;

/** Whether one of the replies is a SYN/ACK. Looking for one word in a list takes no time beside reading it, for any of several it takes as long. */
const hasSynackSql = `CREATE OR REPLACE MACRO has_synack(replies) AS CASE ${SynAck.options
  .map((word) => `WHEN list_contains(replies, ${sqlText(word)}) THEN true`)
  .join(' ')} ELSE false END;\n`;

/** Macros over the closed lists, and thresholds, which the views and other queries over hosts go by. */
export function macrosSql(): string {
  const listMacros = Object.entries(lists).map(
    ([name, options]) => `CREATE OR REPLACE MACRO ${name}() AS [${options.map(sqlText).join(', ')}];\n`,
  );
  const wordMacros = Object.entries(words).map(([name, { options }]) => {
    const fields = options.map((word) => `${word}: ${sqlText(String(word))}`);
    return `CREATE OR REPLACE MACRO ${name}() AS {${fields.join(', ')}};\n`;
  });
  const thresholds = Object.entries(dense).map(([family, n]) => `CREATE OR REPLACE MACRO dense_${family}() AS ${n};\n`);
  return `${listMacros.join('')}${wordMacros.join('')}${thresholds.join('')}${hasSynackSql}`;
}

/** What the queries read, over one run or several. */
export interface Viewed {
  sources: readonly Source[];
  /** null: ASes are grouped by their names. */
  organisations: Organisations | null;
  /** Folder for what is put together on the way; it is there. */
  temp: string;
  /** Told when the entries of the list are counted, for what needs no more. */
  ofEntries?: () => void;
}

/** What is read row by row, in order of the addresses. */
async function inOrder(database: DuckDBInstance): Promise<void> {
  await orderHosts(database);
  await runSql(database, `${await readSql('places')}${await readSql('everything_answers')}`);
}

/** Makes all views and tables that the queries of the report read (contract: queries/views.sql). */
export async function makeViews(
  database: DuckDBInstance,
  { sources, organisations, temp, ofEntries }: Viewed,
): Promise<void> {
  const run = (sql: string) => runSql(database, sql);
  await run(macrosSql());
  await makeSources(database, sources);
  await run(await readSql('views'));
  // First, since what is told of it then takes longest.
  await run(await readSql('entries'));
  ofEntries?.();
  // Whether a row's address is that of the row before is asked by one thread: it takes its time beside what all of them can do.
  await allOf([
    inOrder(database),
    makeOrganisations({ query: (sql) => rows(database, sql), run, organisations, temp }).then(async () =>
      run(await readSql('tables')),
    ),
  ]);
  await makeHosts({ query: (sql) => rows(database, sql), run, temp });
}
