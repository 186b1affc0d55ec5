import type { Config } from '../../config/config.ts';
import type { CollectContext, Command } from '../../core/tool.ts';
import { ProgramError } from '../../errors.ts';
import type { Question } from '../../roles.ts';
import { followUp, type Wording, worthOf } from './answer.ts';
import { Health } from './health.ts';
import type { Settled } from './open.ts';
import { limitsAgain, type Pace, paceOf } from './pace.ts';
import { Pool } from './pool.ts';
import type { AdnsAnswer } from './raw.ts';
import { RawLog } from './raw-log.ts';
import { rowOf } from './rows.ts';

/** How many times a query is sent on its own when adns only reported a fault of its own connection. */
const mostAlone = 3;
const tellMs = 250;
/** Milliseconds that a control question is waited for, and that a resolver may be full. */
const controlMs = 2000;
const fullForMs = 60_000;

/** Where a unit is on its way: its question, what was answered before along its aliases, and how often it was asked alone. */
interface Step {
  wording: Wording;
  before: AdnsAnswer[];
  alone: number;
}

function firstStep({ name, type }: Question): Step {
  return { wording: { name, type, asked: name, chain: [] }, before: [], alone: 0 };
}

/** All questions of a part: once, then those without an answer once more. */
class Asking {
  readonly #context: CollectContext<Question, Config>;
  readonly #command: Command;
  readonly #log: RawLog;
  readonly #pool: Pool;
  readonly #pace: Pace;
  readonly #health: Health;
  readonly #begun = performance.now();
  /** Units without an answer, to be asked once more; null when they are being asked. */
  #silent: Question[] | null = [];
  #aside: Promise<void> = Promise.resolve();
  #done = 0;
  #dead = 0;
  #toldAt = 0;

  constructor(context: CollectContext<Question, Config>, command: Command, log: RawLog) {
    this.#context = context;
    this.#command = command;
    this.#log = log;
    this.#pace = paceOf(context.config);
    this.#pool = new Pool(() => context.start(command), log, this.#pace);
    this.#health = new Health(`mptcp-census-${context.seed.toString(36)}-${Date.now().toString(36)}-`);
  }

  async run(): Promise<void> {
    try {
      this.#log.begins('first', 0);
      for await (const rows of this.#context.batches()) for (const row of rows) await this.#askWhenRoom(row);
      await this.#finishPass();
      await this.#askAgain();
      this.#log.begins('end', 0);
      this.#tell();
      await this.#pool.end();
    } catch (error) {
      await this.#pool.stop();
      throw error instanceof ProgramError || !(error instanceof Error) ? error : this.#failure(error.message, error);
    }
  }

  async #askAgain(): Promise<void> {
    const silent = this.#silent ?? [];
    this.#silent = null;
    this.#log.begins('again', silent.length);
    this.#pool.limits = limitsAgain(this.#pace);
    for (const row of silent) await this.#askWhenRoom(row);
    await this.#finishPass();
  }

  async #askWhenRoom(row: Question): Promise<void> {
    if (this.#pool.room <= 0) {
      this.#tellNowAndThen();
      await this.#pool.hasRoom();
    }
    if (this.#health.inDoubt) await this.#control();
    this.#ask(firstStep(row));
  }

  /** Waits for all that is open, and asks whether the resolver is there if it was not the last to speak. */
  async #finishPass(): Promise<void> {
    for (let aside: Promise<void> | null = null; aside !== this.#aside; ) {
      aside = this.#aside;
      await this.#pool.isEmpty();
      await aside;
    }
    await this.#pool.isEmpty();
    if (this.#health.run > 0) await this.#control();
  }

  #ask(step: Step): void {
    this.#pool.ask({
      wording: step.wording,
      settle: (settled) => this.#take(step, settled),
      leaves: (serial) => this.#health.leaves(serial),
    });
  }

  #take(step: Step, settled: Settled): void {
    const { question, answer, at } = settled;
    if (worthOf(answer) === 'transport' && this.#again(step, answer)) return;
    this.#health.hear(settled);
    const answers = [...step.before, answer];
    const next = followUp(question, answer);
    if (next !== null) this.#ask({ wording: next, before: answers, alone: 0 });
    else if (answer.status === 'timeout' && this.#silent !== null) this.#keepSilent(question);
    else this.#settle(question, answers, at);
  }

  #keepSilent({ name, type }: Question): void {
    this.#silent?.push({ name, type });
    this.#dead += 1;
  }

  #settle(question: Question, answers: AdnsAnswer[], at: string): void {
    this.#done += 1;
    this.#context.take([rowOf(question, answers, at)]);
  }

  /**
   * A lost connection takes along the questions that waited on it, so each is asked again by itself, one after the other. True when it is.
   * @throws Error when this machine cannot ask
   */
  #again(step: Step, answer: AdnsAnswer): boolean {
    if (step.alone >= mostAlone) {
      if (answer.status_type === 'localfail') throw new Error(`cannot ask: ${answer.status}, ${answer.text}`);
      return false;
    }
    this.#aside = this.#aside.then(async () => await this.#askAlone({ ...step, alone: step.alone + 1 }));
    return true;
  }

  async #askAlone(step: Step): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#pool.ask({
        wording: step.wording,
        alone: true,
        settle: (settled) => {
          resolve();
          this.#take(step, settled);
        },
      });
    });
  }

  /**
   * Asks control questions until the resolver answers one that it cannot know. Nothing else is asked meanwhile: one that answers what it knows and
   * nothing else has more to look for than it can hold, and needs time.
   * @throws Error when it does not
   */
  async #control(): Promise<void> {
    const begun = this.#pool.listened;
    for (let known = false; ; ) {
      const heard = await this.#askControls();
      if (heard.works) break;
      known ||= heard.known;
      const limit = known ? fullForMs : this.#pace.patience;
      if (this.#pool.listened - begun >= limit) throw new Error(this.#health.complaint(known));
    }
    this.#health.reassure(this.#pool.asked);
  }

  async #askControls(): Promise<{ works: boolean; known: boolean }> {
    const { known, fresh } = this.#health.controls();
    const decisive = fresh.length > 0 ? fresh : known;
    const good = new Set<Wording>();
    let open = known.length + fresh.length;
    const patience = Math.min(controlMs, this.#pace.patience);
    for (const wording of new Set([...known, ...fresh])) {
      const settle = ({ answer }: Settled) => {
        if (worthOf(answer) === 'answer') good.add(wording);
        open -= 1;
      };
      this.#pool.ask({ wording, patience, settle });
    }
    const works = () => decisive.some((wording) => good.has(wording));
    await this.#pool.until(() => works() || open === 0);
    return { works: works(), known: known.some((wording) => good.has(wording)) };
  }

  #tellNowAndThen(): void {
    const now = performance.now();
    if (now - this.#toldAt < tellMs) return;
    this.#toldAt = now;
    this.#tell();
  }

  #tell(): void {
    const heard = this.#done + (this.#silent?.length ?? 0);
    const rate = Math.round((1000 * heard) / Math.max(1, performance.now() - this.#begun));
    const share = ((100 * this.#dead) / Math.max(1, heard)).toFixed(1);
    const again = this.#silent === null && this.#dead > 0 ? ', asking those once more' : '';
    this.#context.progress(this.#done, `${rate} names/s, ${share}% without an answer${again}`);
  }

  #failure(what: string, cause: Error): ProgramError {
    const { stage, part } = this.#context;
    const argv = [this.#command.program.name, ...this.#command.args];
    const hint = 'check resolve.resolvers; finished parts are kept, the same command resumes the run';
    return new ProgramError(
      'E_PROGRAM_FAILED',
      { stage, part, argv, exitCode: null, what, stderrTail: [] },
      hint,
      cause,
    );
  }
}

/**
 * Asks every question of the part, some of them at a time; an alias that adns refuses is asked for in the place of its question, and what
 * nothing was heard of once more at the end.
 * @throws ProgramError when adnshost ends early, prints something else, or its resolver is dead
 */
export async function askAll(context: CollectContext<Question, Config>, command: Command): Promise<void> {
  const log = new RawLog(context.folder);
  try {
    await new Asking(context, command, log).run();
  } finally {
    log.close();
  }
}
