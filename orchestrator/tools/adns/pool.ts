import { nowIso } from '../../core/folder/entries.ts';
import type { Conversation } from '../../core/tool.ts';
import type { Heard } from './adnshost.ts';
import { givenUpAnswer } from './answer.ts';
import { Members } from './members.ts';
import type { Ask, Member, Open } from './open.ts';
import type { Limits, Pace } from './pace.ts';
import type { AdnsAnswer } from './raw.ts';
import type { RawLog } from './raw-log.ts';

const sweepMs = 50;
/** Of a longer time between two sweeps only so much counts: this process stood still, or was busy, and heard nobody. */
const mostOfSweep = 4 * sweepMs;
/**
 * adns repeats a question every 2 s. A resolver counts each repetition as one more that waits for it (unbound lets 1,000 of an address wait and then
 * drops whatever else it asks), so a silent question rests before that, and is repeated once, when so much of the patience is over.
 */
const restAfterMs = 1900;
/** Questions that one write waits for at most. */
const mostTogether = 64;
/** Room that names leave to control questions and to what is asked alone. */
const forControls = 6;
const repeatAt = 0.6;

/**
 * Several adnshosts and the questions that are open with them. A question that stays silent leaves the window, and is given up after the patience
 * of the run; a process full of silent ones steps aside for a fresh one. Of all questions together no more than `open` are out: a
 * resolver has a list of what it is looking for, and drops questions when that is full.
 */
export class Pool {
  readonly #log: RawLog;
  readonly #pace: Pace;
  #limits: Limits;
  /** In the order in which they were asked. */
  readonly #open = new Set<Open>();
  #silent = 0;
  readonly #waiting: Ask[] = [];
  readonly #members: Members;
  #serial = 0;
  #waiter: { when: () => boolean; resolve: () => void; reject: (error: unknown) => void } | null = null;
  #failure: { error: unknown } | null = null;
  readonly #sweeping: NodeJS.Timeout;
  #sweptAt = performance.now();
  #listened = 0;

  constructor(start: () => Conversation, log: RawLog, pace: Pace) {
    this.#log = log;
    this.#pace = pace;
    this.#limits = pace;
    this.#members = new Members(
      start,
      pace.window,
      (member, heard) => this.#hear(member, heard),
      (host, error) => {
        log.closeAnswers(host.number);
        if (error !== null) this.#fail(error);
      },
    );
    this.#sweeping = setInterval(() => this.#sweep(performance.now()), sweepMs);
  }

  /** Questions asked so far. */
  get asked(): number {
    return this.#serial;
  }

  /** Milliseconds for which answers could be heard. */
  get listened(): number {
    return this.#listened;
  }

  set limits(limits: Limits) {
    this.#limits = limits;
  }

  /** How many more questions may be asked now. */
  get room(): number {
    const { window, open } = this.#limits;
    const quick = this.#open.size - this.#silent;
    const kept = Math.min(forControls, open >> 3);
    return Math.min(window - quick, open - kept - this.#open.size) - this.#waiting.length;
  }

  /** Asks at once, or as soon as one of the open questions is settled. */
  ask(ask: Ask): void {
    if (this.#open.size >= this.#limits.open) this.#waiting.push(ask);
    else this.#send(ask);
  }

  /** Waits until there is room for another question; for some where many are answered soon: they are written together. */
  async hasRoom(): Promise<void> {
    await this.until(() => this.room > Math.min(mostTogether, (this.#open.size - this.#silent) >> 1));
  }

  /** Waits until every question is settled. */
  async isEmpty(): Promise<void> {
    await this.until(() => this.#open.size === 0 && this.#waiting.length === 0);
  }

  /** Waits for something that answers bring about. One waits at a time. */
  async until(when: () => boolean): Promise<void> {
    if (this.#failure !== null) throw this.#failure.error;
    if (when()) return;
    await new Promise<void>((resolve, reject) => {
      this.#waiter = { when, resolve, reject };
    });
  }

  /** Ends the processes, which have nothing to do any more. */
  async end(): Promise<void> {
    clearInterval(this.#sweeping);
    await this.#members.end();
  }

  async stop(): Promise<void> {
    clearInterval(this.#sweeping);
    await this.#members.stop();
  }

  #tell(): void {
    const waiter = this.#waiter;
    if (waiter === null || !waiter.when()) return;
    this.#waiter = null;
    waiter.resolve();
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#waiter?.reject(this.#failure.error);
    this.#waiter = null;
  }

  #send(ask: Ask): void {
    const age = this.#sweptAt - performance.now();
    const open = { ask, age, silent: false, resting: false, repeated: false, ...this.#hand(ask) };
    this.#open.add(open);
    open.member.open.set(open.question.id, open);
  }

  /** Hands a question to a process. */
  #hand(ask: Ask): Pick<Open, 'member' | 'question' | 'serial'> {
    const member = ask.alone ? this.#members.alone() : this.#members.free();
    const question = member.host.ask(ask.wording);
    member.asked += 1;
    this.#log.asked(question);
    return { member, question, serial: this.#serial++ };
  }

  #hear(member: Member, { at, lines, answers }: Heard): void {
    this.#log.heard(member.host.number, at, lines, answers.length);
    for (const answer of answers) {
      const open = member.open.get(answer.id);
      if (open !== undefined) this.#settle(open, answer, at);
      else if (answer.id >= member.asked) throw new Error(`printed a line that answers nothing: ${answer.id}`);
    }
    this.#admit();
  }

  #settle(open: Open, answer: AdnsAnswer, at: string): void {
    const { ask, question, serial, silent } = open;
    this.#open.delete(open);
    if (silent) this.#silent -= 1;
    if (!open.resting) this.#takeFrom(open);
    ask.settle({ question, serial, answer, at, silent });
  }

  #takeFrom({ member, question, silent }: Open): void {
    member.open.delete(question.id);
    if (silent) member.silent -= 1;
    if (member.retired && member.open.size === 0) member.host.close();
  }

  #admit(): void {
    while (this.#open.size < this.#limits.open) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      this.#send(next);
    }
    this.#tell();
  }

  #sweep(now: number): void {
    try {
      const ms = Math.min(now - this.#sweptAt, mostOfSweep);
      this.#sweptAt = now;
      this.#listened += ms;
      this.#members.listen(ms);
      for (const open of this.#open) if (open.resting || !open.member.floods) open.age += ms;
      this.#lookForSilent();
      this.#admit();
    } catch (error) {
      this.#fail(error);
    }
  }

  #lookForSilent(): void {
    for (const open of this.#open) {
      const { age } = open;
      const patience = open.ask.patience ?? this.#pace.patience;
      if (age < this.#pace.silentAfter) continue;
      if (age >= patience) this.#giveUp(open);
      else if (!open.silent) this.#setAside(open);
      else if (!open.resting && age >= (open.repeated ? repeatAt * patience : 0) + restAfterMs) this.#rest(open);
      else if (open.resting && !open.repeated && age >= repeatAt * patience) this.#repeat(open);
    }
  }

  #rest(open: Open): void {
    this.#log.gaveUp(open.question, nowIso());
    open.member.host.cancel(open.question);
    this.#takeFrom(open);
    open.resting = true;
  }

  #repeat(open: Open): void {
    Object.assign(open, this.#hand(open.ask), { resting: false, repeated: true });
    open.member.open.set(open.question.id, open);
    open.member.silent += 1;
  }

  #setAside(open: Open): void {
    const { member } = open;
    open.silent = true;
    member.silent += 1;
    this.#silent += 1;
    open.ask.leaves?.(open.serial);
    this.#members.retireIfFull(member);
  }

  #giveUp(open: Open): void {
    const at = nowIso();
    this.#log.gaveUp(open.question, at);
    if (!open.resting) open.member.host.cancel(open.question);
    this.#settle(open, givenUpAnswer(open.question), at);
  }
}
