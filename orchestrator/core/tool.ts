import type { z } from 'zod';
import type { Asked, Cost } from './cost/cost.ts';
import type { LateOptOuts } from './opt-outs/late.ts';
import type { LeftOut } from './opt-outs/left-out.ts';
import { jsonOf } from './process/lines.ts';
import type { OnRead, Status, Work } from './progress.ts';

export type { Status };

/** What a program on this machine is good for, beyond its version. */
export interface Fit {
  /** The tool's own word for how it runs this one; null when it cannot. */
  runsAs: string | null;
  /** Why the tool cannot use it, and what helps; null when it can. */
  unfit: { what: string; hint: string } | null;
}

/** A program on PATH that a tool runs. */
export interface Program {
  name: string;
  /** Arguments that make it print its version, and the pattern whose first group is the version. */
  version: { args: string[]; pattern: RegExp };
  /** The Debian package that holds it; null for one that no package brings. `made`: the command that makes one of our own. */
  apt: string | null;
  made?: string;
  /** What it needs beyond an ordinary user, in words for `doctor`: "CAP_NET_RAW"; null when nothing. `mayUse`: where it is there. */
  privileges: string | null;
  mayUse?: string;
  /** Exit codes of normal operation. */
  okExits: number[];
  /** Reads one line of its live status; null for lines that are none. */
  status?: (line: string) => Status | null;
  /** Looks at the program that was found, before anything is sent. `say` runs it and gives the first words it prints. */
  fit?: (version: string | null, say: (args: string[]) => Promise<string>) => Promise<Fit>;
}

/** One command to run. Arrays only: nothing passes through a shell. */
export interface Command {
  program: Program;
  args: string[];
  env?: Record<string, string>;
  /** File whose bytes become stdin; default: closed. */
  stdin?: string;
  /** File name inside the part's raw folder that receives stdout untouched. Not with `live`. */
  stdout?: string;
  /** File name inside the part's raw folder that receives stderr untouched (default `<program>.stderr`). */
  stderr?: string;
  needed?: RegExp; // lines of stderr that decode reads: its file holds them, however much else is said
  /** Whole run time in ms; over it the program is ended and the part fails. */
  timeoutMs: number;
  /** Silence in ms after which the program counts as hung. */
  idleMs?: number;
  /** Show the program's own status: under a pseudo-terminal when the run has a terminal. Results must then go to files. */
  live?: boolean;
  /**
   * Runs in the part's raw folder and may name files there without a path: a program that gives up root's right to pass closed folders
   * reaches them by no other way below somebody's home.
   */
  inFolder?: boolean;
  /** Hears what the program says of its progress, beside whoever watches the run. */
  onStatus?: (status: Status) => void;
  /** Runs also when the run is being stopped, and outlives this process: for commands that put something back. */
  putsBack?: boolean;
  okExits?: number[]; // normal for this call, where they differ from the program's
}

export interface Exit {
  exitCode: number | null;
  stderrTail: string[];
  durationMs: number;
}

/** A started program that is spoken with over pipes. `writeLine` adds a newline and resolves when the pipe took it. */
export interface Conversation {
  writeLine(line: string): Promise<void>;
  closeInput(): void;
  /** Lines of stdout without newline; to be iterated once. */
  lines(): AsyncIterable<string>;
  /** The same, all lines of a chunk at once. */
  batches(): AsyncIterable<string[]>;
  /** Bytes that it has said so far, on stdout and stderr. */
  said(): number;
  /** Resolves when a stderr line matches; fails when the program ends first. */
  stderrLine(pattern: RegExp): Promise<string>;
  isAsleep(): boolean; // it waits for something: what it was handed, it has read
  /** Sends a signal and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<Exit>;
  /** Ends with the program; fails with ProgramError on an exit code that is not normal. */
  done: Promise<Exit>;
}

/** What core hands to every step of a tool. I: one unit row of the stage's input; C: the resolved configuration. */
export interface StepContext<I, C> {
  stage: string;
  /** Five digits. */
  part: string;
  /** Absolute path of the part's raw folder. While collecting it is a temporary one that is renamed when whole. */
  folder: string;
  /** Absolute path of the part's input, NDJSON, one unit row per line. */
  input: string;
  /** Absolute path of what the tool `fetches` for the run; null where it fetches nothing. */
  fetched: string | null;
  /** The same rows, parsed. */
  rows(): AsyncIterable<I>;
  /** The same, some hundreds at a time. */
  batches(): AsyncIterable<I[]>;
  config: C;
  seed: number;
  signal: AbortSignal;
}

/** What `fetches` has of a tool is handed. */
export interface FetchContext<C> {
  config: C;
  stage: string;
  /** Absolute path of the folder that keeps what is fetched; what an earlier try left there is continued. */
  folder: string;
  /** The time that the file is to be nearest to. */
  at: Date;
  signal: AbortSignal;
  progress(text: string): void;
}

/** A file that was fetched whole. */
export interface FetchedFile {
  /** Absolute, below the folder of the context. */
  path: string;
  /** Without its query, which may hold a token. */
  url: string;
  /** Of its content. */
  time: Date;
}

/** A file that the parts of a run share and that is of its day: got over the network once, when what it belongs to was measured. */
export interface Fetches<C> {
  asked(config: C): boolean;
  /**
   * Asks the source, before the first packet, whether it has one for this time.
   * @throws CensusError
   */
  check(config: C, at: Date): Promise<void>;
  /** @throws CensusError; a file that it returns was read through */
  fetch(context: FetchContext<C>): Promise<FetchedFile>;
}

/** collect may use the network and may only write into `folder`. */
export interface CollectContext<I, C> extends StepContext<I, C> {
  exec(command: Command): Promise<Exit>;
  start(command: Command): Conversation;
  /** How the program on this machine is run, by its own `fit`; null for one without. */
  runsAs(program: Program): string | null;
  /** How many units are done; text is the tool's own words for the progress line; work is in its own measure, such as packets. */
  progress(done: number, text?: string, work?: Work): void;
  /** Waits until no other part of the stage sends; what comes back ends the turn. For tools with `partsAtOnce`. */
  turn(): Promise<() => void>;
  /** Takes rows that are known already: for tools with `decodesAsItCollects`. */
  take(rows: Iterable<RawRow>): void;
  /** Who opts out while this runs; null where nobody can. For tools that `takesOptOuts`. */
  optOuts: LateOptOuts | null;
  /** The unit's owner opted out before it was measured to the end: it counts as skipped, and decode is not handed it. */
  leaveOut(row: I): void;
}

/** decode is offline: it reads `folder` and `input`; programs that it runs (a dissector) read files and need no privilege. */
export interface DecodeContext<I, C> extends StepContext<I, C> {
  /** Runs an offline program and gives its stdout line by line. */
  lines(command: Command): AsyncIterable<string>;
  /** Lines of a raw file, all of a chunk at once: it is hashed and compressed as it is read (folder/raw-files.ts has all other ways). */
  rawLines(name: string): AsyncIterable<string[]>;
  /** The same of JSON, each with its value: a batch is read before the next is asked for. `complete`: see json/form.ts. */
  rawRows(name: string, complete?: (row: unknown) => unknown): AsyncIterable<Iterable<RawRow>>;
}

/** One thing a program printed, before the schema check. `line` is its text, kept when it is rejected. */
export interface RawRow {
  value: unknown;
  line?: string;
}

/** JSON lines as rows, parsed as they are asked for: of a batch, only the row in hand is held as values. */
export function* jsonRows(lines: Iterable<string>): Generator<RawRow> {
  for (const line of lines) yield { value: jsonOf(line), line };
}

/** toRecord returns this for a row that is well formed but is no measurement (an artefact of a list, say). */
export class Reject {
  readonly reason: string;
  /** The unit the row belonged to, where that is known: it then counts as rejected. */
  readonly unit: string | number | null;

  constructor(reason: string, unit: string | number | null = null) {
    this.reason = reason;
    this.unit = unit;
  }
}

/**
 * A tool is five things (docs: CONTRIBUTING, "add a tool"). `programs` and `collect` are absent where a library does the work.
 * I: unit row in, W: what the program printed, R: record out, C: resolved configuration.
 * Methods, not function fields: core holds tools of every role in one list (method parameters are bivariant) and has checked each
 * row against the role's schema before it hands it over.
 */
export interface Tool<I, W, R, C> {
  name: string;
  programs?: Program[];
  collect?(context: CollectContext<I, C>): Promise<void>;
  /** Rows in batches, as they come: an asynchronous step for each would cost more than the row. */
  decode(context: DecodeContext<I, C>): AsyncIterable<Iterable<RawRow>>;
  /** decode reads nothing but the units, by `batches`, and gives the rows of each in their order: nothing is sorted or read twice. */
  inOrder?: true;
  /** While it collects it hands over with `take` the rows that decode would give, in any order: decoding overlaps with waiting. */
  decodesAsItCollects?: true;
  /**
   * It sends nothing more to who opts out while it collects, and says so by `leaveOut` or its facts; others are ended, and their part
   * begins again without those.
   */
  takesOptOuts?(runsAs: (program: Program) => string | null): boolean;
  /** While one part waits for late answers the next may send: so many are under way at most. They take turns; default 1. */
  partsAtOnce?: number;
  /** It is handed whole prefixes and leaves out itself what opted out within them; absent: it is handed what is left of each. */
  screensPrefixes?: true;
  /** Loose: unknown fields are counted, not refused. */
  raw: z.ZodType<W>;
  /** One row at a time, of a library: what is asked about beside the units. */
  lookUp?(stage: string, config: C): Promise<{ find(unit: I): unknown }>;
  /** Fields that are known, where the schema has only those that are made use of; default: those of the schema. */
  fields?: readonly string[];
  /** Pure. */
  toRecord(raw: W, context: { config: C }): R | R[] | Reject;
  fetches?: Fetches<C>;
  /** Files outside the run folder that decode reads (a RIB, geo databases): named by sha256 in the manifest. */
  inputs?(config: C): string[];
  /**
   * Reads `inputs` to their ends, before the first packet.
   * @throws CensusError for one that decode could not use
   */
  readThrough?(stage: string, config: C, onRead?: OnRead): Promise<void>;
  /**
   * Refuses a configuration that the programs found here cannot serve, before the first packet.
   * @throws CensusError
   */
  check?(config: C, runsAs: (program: Program) => string | null): void;
  /** What the program said of its work, for the manifest; of `leftOut`: `units_blocked`, `units_opted_out`; losses: machine/notices.ts. */
  facts?(folder: string): Promise<Record<string, number | string>>;
  /** Whom the programs left out of a part themselves, read from the raw folder. */
  leftOut?(folder: string): Promise<LeftOut>;
  /** What asking a part takes, for a dry run; absent: one packet a unit at least, and no more is known. */
  cost?(asked: Asked, config: C): Cost;
}
