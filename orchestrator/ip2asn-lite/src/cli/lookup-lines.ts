import { StringDecoder } from 'node:string_decoder';
import { InvalidAddressError } from '../errors.ts';
import type { Match } from '../match.ts';
import type { Table } from '../table.ts';
import { visible } from '../visible.ts';
import type { LookupCommand } from './arguments.ts';
import type { Surroundings } from './commands.ts';

/** How much of a line is shown in a message: the line may be a whole file. */
const SHOWN = 80;

/** The lines of a stream, without line ends, in blocks as they arrive. A last line without an end counts. */
async function* blocksOfLines(stream: AsyncIterable<Buffer | string>): AsyncGenerator<string[]> {
  const decoder = new StringDecoder('utf8');
  let carry = '';
  for await (const chunk of stream) {
    const lines = (carry + (typeof chunk === 'string' ? chunk : decoder.write(chunk))).split('\n');
    carry = lines.pop() ?? '';
    yield lines;
  }
  carry += decoder.end();
  if (carry !== '') yield [carry];
}

function ndjson(address: string, match: Match | null, table: Table, all: boolean): string {
  const row = { address, asn: match?.asn ?? null, prefix: match?.prefix ?? null };
  if (!all) return JSON.stringify(row);
  const { origins, asSet, flags } = match ?? { origins: [], asSet: null, flags: [] };
  const name = match === null ? null : table.name(match.asn);
  return visible(JSON.stringify({ ...row, origins, as_set: asSet, flags, name }));
}

/** A text as one column of one line. */
function column(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ').trim() || '-';
}

function tsv(address: string, match: Match | null, table: Table, all: boolean): string {
  const row = [column(address), match?.asn ?? '-', match?.prefix ?? '-'];
  if (!all) return row.join('\t');
  const { origins, asSet, flags } = match ?? { origins: [], asSet: '-', flags: [] };
  const name = match === null ? null : table.name(match.asn);
  return [...row, origins.join() || '-', asSet, flags.join() || '-', column(name ?? '')].join('\t');
}

/** One output line for each input line, in order. What is no address has no answer, and is counted. */
export async function* lookupLines(table: Table, command: LookupCommand, around: Surroundings): AsyncGenerator<string> {
  const write = command.format === 'tsv' ? tsv : ndjson;
  let lines = 0;
  let invalid = 0;
  let first = '';
  const answer = (line: string): string => {
    const address = line.trim();
    lines++;
    let match: Match | null = null;
    try {
      match = table.lookup(address);
    } catch (error) {
      if (!(error instanceof InvalidAddressError)) throw error;
      if (invalid++ === 0)
        first = `the first is line ${lines}, ${JSON.stringify(address.slice(0, SHOWN))}${address.length > SHOWN ? '...' : ''}`;
    }
    return `${write(address, match, table, command.all)}\n`;
  };
  const blocks = command.addresses.length > 0 ? [command.addresses] : blocksOfLines(around.stdin);
  for await (const block of blocks) {
    if (block.length > 0) yield block.map(answer).join('');
    around.progress.state(`lookup: ${lines} addresses`);
  }
  if (invalid === 0) return;
  around.progress.note(`lookup: ${invalid} of ${lines} lines are no IP address; ${first}`);
  around.progress.failed = command.strict;
}
