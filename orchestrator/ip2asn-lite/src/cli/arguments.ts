import { parseArgs } from 'node:util';
import { LAYOUT_NAMES, type Layout } from '../fetch/archive.ts';
import type { CommandName } from './help.ts';

/** Wrong usage: the message and the help that goes with it. */
export class UsageError extends Error {
  readonly command: CommandName | undefined;

  constructor(message: string, command?: CommandName) {
    super(`ip2asn-lite: ${message}`);
    this.command = command;
  }
}

export interface BuildCommand {
  name: 'build';
  source: string;
  output: string;
  names?: string;
  asOf?: Date;
  defaultRoutes: boolean;
  maxLength4: number;
  maxLength6: number;
  allowTruncated: boolean;
  skipBadRecords: boolean;
}

export interface FetchCommand {
  name: 'fetch';
  at: Date;
  from: string;
  folder: string;
  within: number;
  force: boolean;
  layout?: Layout;
}

export interface LookupCommand {
  name: 'lookup';
  table: string;
  addresses: string[];
  format: 'ndjson' | 'tsv';
  all: boolean;
  strict: boolean;
  names?: string;
}

export type Command =
  | BuildCommand
  | FetchCommand
  | LookupCommand
  | { name: 'help'; of?: CommandName }
  | { name: 'version' };

const TEXT = { type: 'string' } as const;
const SWITCH = { type: 'boolean' } as const;

/** A UTC time as `2015-11-01`, `2015-11-01T06:00` or with seconds and Z. */
function parseTime(text: string, command: CommandName): Date {
  const [, day, clock] = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)Z?)?$/.exec(text) ?? [];
  const time = new Date(`${day}T${clock ?? '00:00'}Z`);
  // Date takes 30 February for 2 March
  if (Number.isNaN(time.getTime()) || time.toISOString().slice(0, 10) !== day)
    throw new UsageError(`${JSON.stringify(text)} is no time`, command);
  return time;
}

function parseNumber(text: string | undefined, otherwise: number, largest: number, command: CommandName): number {
  if (text === undefined) return otherwise;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= largest)) throw new UsageError(`${JSON.stringify(text)} is no number from 0 to ${largest}`, command);
  return value;
}

function oneOf<T extends string>(text: string, choices: readonly T[], command: CommandName): T {
  const choice = choices.find((known) => known === text);
  if (choice === undefined) throw new UsageError(`${JSON.stringify(text)} is none of ${choices.join(', ')}`, command);
  return choice;
}

function required(value: string | undefined, what: string, command: CommandName): string {
  if (value === undefined || value === '') throw new UsageError(`${command} needs ${what}`, command);
  return value;
}

const BUILD_OPTIONS = {
  output: { type: 'string', short: 'o' },
  names: TEXT,
  'as-of': TEXT,
  'default-routes': SWITCH,
  'max-length4': TEXT,
  'max-length6': TEXT,
  'allow-truncated': SWITCH,
  'skip-bad-records': SWITCH,
} as const;

function parseBuild(args: string[]): BuildCommand {
  const { values, positionals } = parseArgs({ args, options: BUILD_OPTIONS, allowPositionals: true });
  const [source, ...surplus] = positionals;
  if (surplus.length > 0) throw new UsageError('build takes one source', 'build');
  const asOf = values['as-of'];
  return {
    name: 'build',
    source: required(source, 'a source', 'build'),
    output: required(values.output, '-o CACHE', 'build'),
    defaultRoutes: values['default-routes'] ?? false,
    maxLength4: parseNumber(values['max-length4'], 32, 32, 'build'),
    maxLength6: parseNumber(values['max-length6'], 128, 128, 'build'),
    allowTruncated: values['allow-truncated'] ?? false,
    skipBadRecords: values['skip-bad-records'] ?? false,
    ...(values.names === undefined ? {} : { names: values.names }),
    ...(asOf === undefined ? {} : { asOf: parseTime(asOf, 'build') }),
  };
}

function parseFetch(args: string[]): FetchCommand {
  const options = { date: TEXT, from: TEXT, layout: TEXT, dir: TEXT, within: TEXT, force: SWITCH } as const;
  const { values } = parseArgs({ args, options });
  const from = required(values.from, '--from URL', 'fetch');
  if (!URL.canParse(from)) throw new UsageError(`${JSON.stringify(from)} is no URL`, 'fetch');
  const { layout } = values;
  return {
    name: 'fetch',
    at: parseTime(required(values.date, '--date TIME', 'fetch'), 'fetch'),
    from,
    folder: values.dir ?? '.',
    within: parseNumber(values.within, 24, 9999, 'fetch') * 3600_000,
    force: values.force ?? false,
    ...(layout === undefined ? {} : { layout: oneOf(layout, LAYOUT_NAMES, 'fetch') }),
  };
}

function parseLookup(args: string[]): LookupCommand {
  const options = { format: TEXT, all: SWITCH, strict: SWITCH, names: TEXT } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [table, ...addresses] = positionals;
  return {
    name: 'lookup',
    table: required(table, 'a table', 'lookup'),
    addresses,
    format: oneOf(values.format ?? 'ndjson', ['ndjson', 'tsv'], 'lookup'),
    all: values.all ?? false,
    strict: values.strict ?? false,
    ...(values.names === undefined ? {} : { names: values.names }),
  };
}

const PARSERS: Record<CommandName, (args: string[]) => Command> = {
  build: parseBuild,
  fetch: parseFetch,
  lookup: parseLookup,
};

function isCommandName(text: string | undefined): text is CommandName {
  return text !== undefined && Object.hasOwn(PARSERS, text);
}

/** Reads the arguments after the program's name. */
export function parseCommand(args: readonly string[]): Command {
  const [first, ...rest] = args;
  if (first === '--version') return { name: 'version' };
  if (first === '--help' || first === '-h') return { name: 'help' };
  if (!isCommandName(first))
    throw new UsageError(first === undefined ? 'which command?' : `no command ${JSON.stringify(first)}`);
  const beforeDashes = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
  if (beforeDashes.includes('--help') || beforeDashes.includes('-h')) return { name: 'help', of: first };
  try {
    return PARSERS[first](rest);
  } catch (error) {
    // parseArgs throws TypeErrors with a code for what it does not know.
    if (error instanceof TypeError && 'code' in error) throw new UsageError(error.message, first);
    throw error;
  }
}
