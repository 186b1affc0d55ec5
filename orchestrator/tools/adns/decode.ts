import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { rawExists, rawStream } from '../../core/folder/raw-files.ts';
import { lineBatches } from '../../core/process/lines.ts';
import type { DecodeContext, RawRow } from '../../core/tool.ts';
import type { Question } from '../../roles.ts';
import { type AdnsQuestion, AnswerReader, givenUpAnswer, QuestionLine } from './answer.ts';
import type { AdnsAnswer } from './raw.ts';
import { answersFile, Moment, questionsFile, timesFile } from './raw-log.ts';
import { rowOf } from './rows.ts';

type Context = DecodeContext<Question, Config>;

/** A question, and what came of it. */
interface Asked {
  question: AdnsQuestion;
  answer: AdnsAnswer | null;
  at: string | null;
}

/** The questions of one process by their numbers. */
type Conversation = Map<number, Asked>;

async function readQuestions(
  context: Context,
): Promise<{ all: Asked[]; processes: Map<number | undefined, Conversation> }> {
  const all: Asked[] = [];
  const processes = new Map<number | undefined, Conversation>();
  for await (const lines of context.rawLines(questionsFile))
    for (const line of lines) {
      const question = QuestionLine.parse(JSON.parse(line));
      const asked = { question, answer: null, at: null };
      all.push(asked);
      const conversation = processes.get(question.process);
      if (conversation === undefined) processes.set(question.process, new Map([[question.id, asked]]));
      else conversation.set(question.id, asked);
    }
  return { all, processes };
}

/** When the answers of a process came: so many at a time. */
type Times = { at: string; answers: number }[];

/** Gives the times of each process, and notes which questions were given up. Runs of earlier versions have none. */
async function readTimes(
  context: Context,
  processes: Map<number | undefined, Conversation>,
): Promise<Map<number | undefined, Times>> {
  const times = new Map<number | undefined, Times>();
  if (!(await rawExists(join(context.folder, timesFile)))) return times;
  for await (const lines of context.rawLines(timesFile))
    for (const line of lines) {
      const moment = Moment.parse(JSON.parse(line));
      if ('given_up' in moment) giveUp(processes.get(moment.process)?.get(moment.given_up), moment.at);
      else if ('answers' in moment) timesOf(times, moment.process).push(moment);
    }
  return times;
}

function timesOf(times: Map<number | undefined, Times>, process: number): Times {
  const known = times.get(process) ?? [];
  times.set(process, known);
  return known;
}

function giveUp(asked: Asked | undefined, at: string): void {
  if (asked === undefined) return;
  asked.answer = givenUpAnswer(asked.question);
  asked.at = at;
}

function* everyTime(times: Times): Generator<string> {
  for (const { at, answers } of times) for (let n = 0; n < answers; n++) yield at;
}

/** Gives each question of a process its answer. One that comes after it was given up does not count. Lines that answer nothing are handed on. */
async function* readAnswers(
  lines: AsyncIterable<string[]>,
  conversation: Conversation,
  times: Times,
): AsyncGenerator<RawRow[]> {
  const reader = new AnswerReader();
  const next = everyTime(times);
  for await (const batch of lines) {
    const stray: RawRow[] = [];
    for (const line of batch) {
      const answer = reader.read(line);
      if (answer === null) continue;
      const at = typeof answer === 'string' ? null : (next.next().value ?? null);
      const asked = typeof answer === 'string' ? undefined : conversation.get(answer.id);
      if (typeof answer === 'string' || asked === undefined) stray.push({ value: null, line });
      else if (asked.answer === null) {
        asked.answer = answer;
        asked.at = at;
      }
    }
    yield stray;
  }
}

/** Of each unit the questions that count: one asked again takes the place of the first, and what followed from that goes. */
function unitsOf(asked: Iterable<Asked>): Iterable<Asked[]> {
  const units = new Map<string, Asked[]>();
  for (const one of asked) {
    const { name, type, chain, control } = one.question;
    if (control) continue;
    const key = `${name} ${type}`;
    const before = units.get(key);
    if (before === undefined) units.set(key, [one]);
    else before.splice(chain.length, before.length, one);
  }
  return units.values();
}

/** One row per unit, in the order of the questions. */
export async function* decodeAnswers(context: Context): AsyncGenerator<RawRow[]> {
  const { all, processes } = await readQuestions(context);
  const times = await readTimes(context, processes);
  for (const [process, conversation] of processes)
    yield* readAnswers(context.rawLines(answersFile(process)), conversation, times.get(process) ?? []);
  const rows: RawRow[] = [];
  for (const unit of unitsOf(all)) {
    const [first] = unit;
    const answers = unit.flatMap(({ answer }) => answer ?? []);
    if (first !== undefined) rows.push(rowOf(first.question, answers, unit.at(-1)?.at ?? null));
  }
  yield rows;
}

/** How long the passes over the names of a part took, in seconds, and how many were asked again. */
export async function passFacts(folder: string): Promise<Record<string, number>> {
  const path = join(folder, timesFile);
  if (!(await rawExists(path))) return {};
  const begun = new Map<string, number>();
  let asked_again = 0;
  for await (const lines of lineBatches(await rawStream(path)))
    for (const line of lines) {
      const moment = Moment.parse(JSON.parse(line));
      if (!('begins' in moment)) continue;
      begun.set(moment.begins, Date.parse(moment.at));
      asked_again += moment.names;
    }
  const between = (from: string, to: string) => ((begun.get(to) ?? 0) - (begun.get(from) ?? 0)) / 1000;
  return { first_pass_s: between('first', 'again'), asked_again, second_pass_s: between('again', 'end') };
}
