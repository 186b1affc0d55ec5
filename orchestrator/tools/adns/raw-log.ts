import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { nowIso } from '../../core/folder/entries.ts';
import type { AdnsQuestion } from './answer.ts';

/** What an adnshost of the part printed, untouched; without a number in runs that had but one. */
export function answersFile(process: number | undefined): string {
  return process === undefined ? 'answers.txt' : `answers.${process}.txt`;
}
/** What was asked under which number. */
export const questionsFile = 'questions.ndjson';
/** When the answers of each process came, in the order of its file, and which questions were given up. */
export const timesFile = 'times.ndjson';

/** A line of times.ndjson. */
export const Moment = z.union([
  z.strictObject({ at: z.string(), process: z.int(), answers: z.int() }),
  z.strictObject({ at: z.string(), process: z.int(), given_up: z.int() }),
  z.strictObject({ at: z.string(), begins: z.enum(['first', 'again', 'end']), names: z.int() }),
]);
/** A pass over names, which are asked once and, where nothing was heard, again. */
type Pass = 'first' | 'again' | 'end';

const batchBytes = 1 << 16;

/** A file written in large pieces. */
class LogFile {
  readonly #file: number;
  #text = '';
  #closed = false;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  add(line: string): void {
    this.#text += `${line}\n`;
    if (this.#text.length >= batchBytes) this.#flush();
  }

  #flush(): void {
    const bytes = Buffer.from(this.#text);
    for (let from = 0; from < bytes.length; ) from += writeSync(this.#file, bytes, from);
    this.#text = '';
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#flush();
    closeSync(this.#file);
  }
}

/** The raw files of a part as it is asked. */
export class RawLog {
  readonly #folder: string;
  readonly #questions: LogFile;
  readonly #times: LogFile;
  readonly #answers = new Map<number, LogFile>();

  constructor(folder: string) {
    this.#folder = folder;
    this.#questions = new LogFile(join(folder, questionsFile));
    this.#times = new LogFile(join(folder, timesFile));
  }

  /** What most lines would repeat is left out: there is one per name. */
  asked({ asked, chain, ...question }: AdnsQuestion): void {
    const alias = asked === question.name ? {} : { asked };
    const links = chain.length === 0 ? {} : { chain };
    this.#questions.add(JSON.stringify({ ...question, ...alias, ...links }));
  }

  /** Lines that a process printed, and how many answers they complete. */
  heard(process: number, at: string, lines: readonly string[], answers: number): void {
    this.#answersOf(process).add(lines.join('\n'));
    this.#times.add(JSON.stringify({ at, process, answers }));
  }

  gaveUp({ process, id }: AdnsQuestion, at: string): void {
    this.#times.add(JSON.stringify({ at, process, given_up: id }));
  }

  /** @param names how many are asked again */
  begins(begins: Pass, names: number): void {
    this.#times.add(JSON.stringify({ at: nowIso(), begins, names }));
  }

  #answersOf(process: number): LogFile {
    const file = this.#answers.get(process) ?? new LogFile(join(this.#folder, answersFile(process)));
    this.#answers.set(process, file);
    return file;
  }

  /** The process has ended. */
  closeAnswers(process: number): void {
    this.#answersOf(process).close();
  }

  close(): void {
    for (const file of [this.#questions, this.#times, ...this.#answers.values()]) file.close();
  }
}
