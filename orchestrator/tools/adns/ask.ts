import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import type { CollectContext, Command } from '../../core/tool.ts';
import { ProgramError } from '../../errors.ts';
import type { Question } from '../../roles.ts';
import { type AdnsQuestion, AnswerReader, followUp } from './answer.ts';

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

/**
 * Asks every question of the part with `window` of them in flight; an alias that adns refuses is asked for in the place
 * of its question.
 * @throws ProgramError when adnshost ends early, prints something else, or its resolver is dead
 */
export async function askAll(context: CollectContext<Question, Config>, command: Command): Promise<void> {
  const { window } = context.config.resolve;
  const answers = await rawFile(join(context.folder, answersFile));
  const questions = await rawFile(join(context.folder, questionsFile));
  const conversation = context.start(command);
  const inFlight = new Map<number, AdnsQuestion>();
  let wake = (): void => {};
  let nextId = 0;
  let typeSet = '';
  let outgoing: string[] = [];
  let allAsked = false;
  let ended = false;

  /** Lines of one turn of the event loop go out in one write; the window bounds how many there can be. */
  function send(line: string): void {
    if (outgoing.push(line) > 1) return;
    setImmediate(() => {
      const lines = outgoing.join('\n');
      outgoing = [];
      // A program that ended breaks the pipe; its exit code says why.
      conversation.writeLine(lines).catch(() => undefined);
    });
  }

  /** adnshost numbers the questions as they come; `- ` keeps a name such as -rf.example from being read as an option. */
  function ask(question: Omit<AdnsQuestion, 'id'>): void {
    const numbered = { id: nextId++, ...question };
    inFlight.set(numbered.id, numbered);
    questions.add(JSON.stringify(numbered));
    const type = `-t${question.type.toLowerCase()}`;
    if (type !== typeSet) send(type);
    typeSet = type;
    send(`- ${question.asked}`);
  }

  async function inFlightAtMost(limit: number): Promise<void> {
    while (inFlight.size > limit && !ended) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  async function write(): Promise<void> {
    for await (const { name, type } of context.rows()) {
      await inFlightAtMost(window - 1);
      if (ended) return;
      ask({ name, type, asked: name, chain: [] });
    }
    await inFlightAtMost(0);
    allAsked = true;
    conversation.closeInput();
  }

  function failure(what: string): ProgramError {
    const { stage, part } = context;
    const argv = [command.program.name, ...command.args];
    const hint = 'check resolve.resolvers; what was done stays, run it again to go on from here';
    return new ProgramError('E_PROGRAM_FAILED', { stage, part, argv, exitCode: null, what, stderrTail: [] }, hint);
  }

  async function read(): Promise<void> {
    const reader = new AnswerReader();
    let done = 0;
    let timeouts = 0;
    let lastAnswered = -1;
    for await (const line of conversation.lines()) {
      answers.add(line);
      const answer = reader.read(line);
      if (answer === null) continue;
      const question = typeof answer === 'string' ? undefined : inFlight.get(answer.id);
      if (typeof answer === 'string' || question === undefined)
        throw failure(`printed a line that answers nothing: ${line}`);
      inFlight.delete(answer.id);
      if (answer.status !== 'timeout') {
        timeouts = 0;
        lastAnswered = Math.max(lastAnswered, answer.id);
      } else if (answer.id > lastAnswered) timeouts += 1;
      if (timeouts >= deadAfter) throw failure(`had no answer to ${timeouts} questions in a row`);
      const next = followUp(question, answer);
      if (next === null) context.progress(++done);
      else ask(next);
      wake();
      await answers.flushBatch();
      await questions.flushBatch();
    }
    await conversation.done;
    if (!allAsked) throw failure(`ended with ${inFlight.size} questions open`);
    // The last part of a list may be a few names, and all of them dead.
    if (done >= someNames && lastAnswered < 0) throw failure('had no answer to any question');
  }

  try {
    await Promise.all([read(), write()]);
  } catch (error) {
    ended = true;
    wake();
    await conversation.stop('SIGTERM').catch(() => undefined); // the first error is the one to report
    throw error;
  } finally {
    await answers.close();
    await questions.close();
  }
}
