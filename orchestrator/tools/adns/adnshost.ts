import { nowIso } from '../../core/folder/entries.ts';
import type { Conversation } from '../../core/tool.ts';
import { type AdnsQuestion, AnswerReader, type Wording } from './answer.ts';
import type { AdnsAnswer } from './raw.ts';

/** What one chunk of an adnshost's output held: its lines, and the answers that they complete. */
export interface Heard {
  at: string;
  lines: string[];
  answers: AdnsAnswer[];
}

/** This much output without an answer is more than a warning: it fills the pipe, and any answers are stuck behind it. */
const floodBytes = 1 << 16;
/** One that floods may draw breath. */
const breathMs = 500;
/** One that goes on for so long is heard no longer: its questions are as silent as others. */
const mostOfFlood = 120_000;

/** One adnshost over its pipes. */
export class Adnshost {
  readonly number: number;
  readonly #conversation: Conversation;
  #nextId = 0;
  #outgoing: string[] = [];
  #type = '';
  #closed = false;
  #said = 0;
  #answered = false;
  #breath = 0;
  #flooded = 0;

  constructor(number: number, conversation: Conversation) {
    this.number = number;
    this.#conversation = conversation;
  }

  /** adnshost numbers the questions as they come; `- ` keeps a name such as -rf.example from being read as an option. */
  ask(wording: Wording): AdnsQuestion {
    const type = `-t${wording.type.toLowerCase()}`;
    if (type !== this.#type) this.#send(type);
    this.#type = type;
    this.#send(`- ${wording.asked}`);
    return { process: this.number, id: this.#nextId++, ...wording };
  }

  /** adns would send the question again and again for 30 s. */
  cancel({ id }: AdnsQuestion): void {
    this.#send(`--cancel-id ${id}`);
  }

  /** Lines of one turn of the event loop go out in one write; the questions that may be open bound how many there can be. */
  #send(line: string): void {
    if (this.#outgoing.push(line) === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    if (this.#outgoing.length === 0) return;
    const lines = this.#outgoing.join('\n');
    this.#outgoing = [];
    // A program that ended breaks the pipe; its exit code says why.
    this.#conversation.writeLine(lines).catch(() => undefined);
  }

  /** Whether it says something else than answers, and is not silent; to be asked again and again, `ms` after the last time. */
  floods(ms: number): boolean {
    const said = this.#conversation.said();
    const more = said - this.#said;
    this.#said = said;
    if (this.#answered) this.#breath = 0;
    else this.#breath = more >= floodBytes ? breathMs : this.#breath - ms;
    this.#answered = false;
    if (this.#breath <= 0 || this.#flooded >= mostOfFlood) return false;
    this.#flooded += ms;
    return true;
  }

  /**
   * Reads to the end.
   * @throws ProgramError for an exit code that is not normal
   * @throws Error for a line that is not an answer, and for an end before `close`
   */
  async read(hear: (heard: Heard) => void): Promise<void> {
    const reader = new AnswerReader();
    for await (const lines of this.#conversation.batches()) {
      const at = nowIso();
      const answers: AdnsAnswer[] = [];
      for (const line of lines) {
        const answer = reader.read(line);
        if (typeof answer === 'string') throw new Error(`printed a line that answers nothing: ${answer}`);
        if (answer !== null) answers.push(answer);
      }
      this.#answered ||= answers.length > 0;
      hear({ at, lines, answers });
    }
    await this.#conversation.done;
    if (!this.#closed) throw new Error('ended with questions open');
  }

  /** Lets it end: nothing is open with it any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#flush();
    this.#conversation.closeInput();
  }

  async stop(): Promise<void> {
    this.#closed = true;
    await this.#conversation.stop('SIGTERM').catch(() => undefined); // the first error is the one to report
  }
}
