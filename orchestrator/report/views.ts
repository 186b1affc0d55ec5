import { sqlText } from '../core/duckdb.ts';
import { ConfirmedRung, OfferedOption, Rung, SynAck, VerdictName } from '../schemas/lists.ts';
import { readSql } from './rows.ts';

/** The closed lists that queries need, by the macro that gives each: no query writes one down again. */
const lists: Readonly<Record<string, readonly string[]>> = {
  synack_words: SynAck.options,
  offer_words: OfferedOption.options,
  verdict_words: VerdictName.options,
  rung_words: Rung.options,
  confirmed_words: ConfirmedRung.options,
};

/** Macros over the closed lists, then the views of views.sql over `hosts` and `domains`. */
export async function viewsSql(): Promise<string> {
  const macros = Object.entries(lists).map(
    ([name, words]) => `CREATE OR REPLACE MACRO ${name}() AS [${words.map(sqlText).join(', ')}];\n`,
  );
  return `${macros.join('')}${await readSql('views')}`;
}
