import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import type { CollectContext, Command, Conversation } from '../../core/tool.ts';
import { ProgramError } from '../../errors.ts';
import type { Question } from '../../roles.ts';
import { type AdnsQuestion, AnswerReader, followUp } from './answer.ts';
import type { AdnsAnswer } from './raw.ts';

/** adnshost's stdout, untouched. */
export const answersFile = 'answers.txt';
/** What was asked under which number. */
export const questionsFile = 'questions.ndjson';

/**
 * adns gives a question up after 30 s. This many in a row, all asked after the last question that was answered, are a dead resolver.
 * Questions asked before that one do not count: dead names stay in flight while the good ones come and go, and time out together.
 */
const deadAfter = 100;

/** So many names of a part without any answer are a dead resolver, fewer may be dead names. */
const someNames = 20;
const batch = 1000;

/** A raw file written in batches of lines. */
async function rawFile(path: string) {
  const file = await open(path, 'w');
  let lines: string[] = [];
  async function flush(): Promise<void> {
    const text = lines.map((line) => `${line}\n`).join('');
    lines = [];
    await file.write(text);
  }
  return {
    add: (line: string) => lines.push(line),
    flushBatch: async () => (lines.length < batch ? undefined : await flush()),
    async close(): Promise<void> {
      await flush();
      await file.close();
    },
  };
}

type RawFile = Awaited<ReturnType<typeof rawFile>>;

/** One adnshost and the questions that are open with it. */
class Asking {
  readonly #context: CollectContext<Question, Config>;
  readonly #command: Command;
  readonly #conversation: Conversation;
  readonly #answers: RawFile;
  readonly #questions: RawFile;
  readonly #inFlight = new Map<number, AdnsQuestion>();
  #wake = (): void => {};
  #nextId = 0;
  #typeSet = '';
  #outgoing: string[] = [];
  #allAsked = false;
  #ended = false;
  #done = 0;
  #timeouts = 0;
  #lastAnswered = -1;

  constructor(context: CollectContext<Question, Config>, command: Command, answers: RawFile, questions: RawFile) {
    this.#context = context;
    this.#command = command;
    this.#answers = answers;
    this.#questions = questions;
    this.#conversation = context.start(command);
  }

  async run(): Promise<void> {
    try {
      await Promise.all([this.#read(), this.#write()]);
    } catch (error) {
      this.#ended = true;
      this.#wake();
      await this.#conversation.stop('SIGTERM').catch(() => undefined); // the first error is the one to report
      throw error;
    }
  }

  /** Lines of one turn of the event loop go out in one write; the window bounds how many there can be. */
  #send(line: string): void {
    if (this.#outgoing.push(line) > 1) return;
    setImmediate(() => {
      const lines = this.#outgoing.join('\n');
      this.#outgoing = [];
      // A program that ended breaks the pipe; its exit code says why.
      this.#conversation.writeLine(lines).catch(() => undefined);
    });
  }

  /** adnshost numbers the questions as they come; `- ` keeps a name such as -rf.example from being read as an option. */
  #ask(question: Omit<AdnsQuestion, 'id'>): void {
    const numbered = { id: this.#nextId++, ...question };
    this.#inFlight.set(numbered.id, numbered);
    this.#questions.add(JSON.stringify(numbered));
    const type = `-t${question.type.toLowerCase()}`;
    if (type !== this.#typeSet) this.#send(type);
    this.#typeSet = type;
    this.#send(`- ${question.asked}`);
  }

  async #inFlightAtMost(limit: number): Promise<void> {
    while (this.#inFlight.size > limit && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async #write(): Promise<void> {
    const { window } = this.#context.config.resolve;
    for await (const { name, type } of this.#context.rows()) {
      await this.#inFlightAtMost(window - 1);
      if (this.#ended) return;
      this.#ask({ name, type, asked: name, chain: [] });
    }
    await this.#inFlightAtMost(0);
    this.#allAsked = true;
    this.#conversation.closeInput();
  }

  async #read(): Promise<void> {
    const reader = new AnswerReader();
    for await (const line of this.#conversation.lines()) {
      this.#answers.add(line);
      const answer = reader.read(line);
      if (answer === null) continue;
      const question = typeof answer === 'string' ? undefined : this.#inFlight.get(answer.id);
      if (typeof answer === 'string' || question === undefined)
        throw this.#failure(`printed a line that answers nothing: ${line}`);
      this.#take(question, answer);
      await this.#answers.flushBatch();
      await this.#questions.flushBatch();
    }
    await this.#conversation.done;
    if (!this.#allAsked) throw this.#failure(`ended with ${this.#inFlight.size} questions open`);
    // The last part of a list may be a few names, and all of them dead.
    if (this.#done >= someNames && this.#lastAnswered < 0) throw this.#failure('had no answer to any question');
  }

  #take(question: AdnsQuestion, answer: AdnsAnswer): void {
    this.#inFlight.delete(answer.id);
    this.#countTimeouts(answer);
    const next = followUp(question, answer);
    if (next === null) this.#context.progress(++this.#done);
    else this.#ask(next);
    this.#wake();
  }

  #countTimeouts({ id, status }: AdnsAnswer): void {
    if (status !== 'timeout') {
      this.#timeouts = 0;
      this.#lastAnswered = Math.max(this.#lastAnswered, id);
    } else if (id > this.#lastAnswered) this.#timeouts += 1;
    if (this.#timeouts >= deadAfter) throw this.#failure(`had no answer to ${this.#timeouts} questions in a row`);
  }

  #failure(what: string): ProgramError {
    const { stage, part } = this.#context;
    const argv = [this.#command.program.name, ...this.#command.args];
    const hint = 'check resolve.resolvers; finished parts are kept, the same command resumes the run';
    return new ProgramError('E_PROGRAM_FAILED', { stage, part, argv, exitCode: null, what, stderrTail: [] }, hint);
  }
}

/**
 * Asks every question of the part with `window` of them in flight; an alias that adns refuses is asked for in the place
 * of its question.
 * @throws ProgramError when adnshost ends early, prints something else, or its resolver is dead
 */
export async function askAll(context: CollectContext<Question, Config>, command: Command): Promise<void> {
  const answers = await rawFile(join(context.folder, answersFile));
  const questions = await rawFile(join(context.folder, questionsFile));
  try {
    await new Asking(context, command, answers, questions).run();
  } finally {
    await answers.close();
    await questions.close();
  }
}
