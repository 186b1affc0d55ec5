import { readFileSync, statSync } from 'node:fs';
import { Ip2AsnError } from '../errors.ts';
import { fetchRib } from '../fetch/fetch-rib.ts';
import { shown } from '../fetch/http.ts';
import { buildTable, openTable, saveTable } from '../index.ts';
import type { BuildCommand, Command, FetchCommand } from './arguments.ts';
import { helpFor } from './help.ts';
import { lookupLines } from './lookup-lines.ts';
import type { Progress } from './progress.ts';

/** What a command works with besides its arguments. */
export interface Surroundings {
  stdin: AsyncIterable<Buffer | string>;
  progress: Progress;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Also through links; a file that is not there is no other's. */
function isSameFile(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }));
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}

async function* runBuild(command: BuildCommand, { progress }: Surroundings): AsyncGenerator<string> {
  const { name, output, ...options } = command;
  if (isSameFile(command.source, output))
    throw new Ip2AsnError('BAD_CACHE', `${output} is the table that is read: name another file with -o`);
  const onProgress = (bytes: number): void => progress.state(`${name}: read ${megabytes(bytes)}`);
  const table = await buildTable({ ...options, onProgress });
  await saveTable(table, output);
  const { ipv4, ipv6 } = table.prefixCount;
  progress.note(
    `${output}: ${ipv4} IPv4 and ${ipv6} IPv6 prefixes as of ${table.asOf?.toISOString() ?? 'an unknown time'}`,
  );
  for (const [reason, count] of Object.entries(table.info.counts)) progress.note(`  ${reason}: ${count}`);
}

async function* runFetch(command: FetchCommand, { progress }: Surroundings): AsyncGenerator<string> {
  const { name, ...options } = command;
  const onProgress = (bytes: number, total: number | null): void =>
    progress.state(`${name}: ${megabytes(bytes)}${total === null ? '' : ` of ${megabytes(total)}`}`);
  const rib = await fetchRib({ ...options, onProgress });
  progress.note(`${shown(rib.url)} of ${rib.time.toISOString()}${rib.cached ? ' was fetched before' : ''}`);
  yield `${rib.path}\n`;
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return /"version": "([^"]+)"/.exec(text)?.[1] ?? 'unknown';
}

/** Runs a command; what it yields belongs on stdout. */
export async function* runCommand(command: Command, surroundings: Surroundings): AsyncGenerator<string> {
  if (command.name === 'help') yield helpFor(command.of);
  else if (command.name === 'version') yield `${version()}\n`;
  else if (command.name === 'build') yield* runBuild(command, surroundings);
  else if (command.name === 'fetch') yield* runFetch(command, surroundings);
  else {
    const names = command.names === undefined ? {} : { names: command.names };
    yield* lookupLines(await openTable(command.table, names), command, surroundings);
  }
}
