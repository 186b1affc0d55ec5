import type { Conversation } from '../../core/tool.ts';
import { Adnshost, type Heard } from './adnshost.ts';
import type { Member } from './open.ts';

/** About as many queries as one adnshost can have in flight before its receive buffer loses answers. */
const mostPerHost = 250;
/** One process for so many questions of the window. */
const share = 125;

/** The processes of a part, and who is notified about them. */
export class Members {
  readonly #start: () => Conversation;
  readonly #wanted: number;
  readonly #hear: (member: Member, heard: Heard) => void;
  readonly #ended: (host: Adnshost, error: unknown) => void;
  /** Those that take any question. */
  #taking: Member[] = [];
  #alone: Member | null = null;
  readonly #all: { member: Member; reading: Promise<void> }[] = [];

  /** @param ended is called with null for an end that was asked for */
  constructor(
    start: () => Conversation,
    window: number,
    hear: (member: Member, heard: Heard) => void,
    ended: (host: Adnshost, error: unknown) => void,
  ) {
    this.#start = start;
    this.#wanted = Math.ceil(window / share);
    this.#hear = hear;
    this.#ended = ended;
  }

  /** The one with the fewest questions. */
  free(): Member {
    while (this.#taking.length < this.#wanted) this.#taking.push(this.#add());
    return this.#taking.reduce((least, member) => (member.open.size < least.open.size ? member : least));
  }

  /** One that gets a single question at a time. */
  alone(): Member {
    this.#alone ??= this.#add();
    return this.#alone;
  }

  /** Takes one that is full of silent questions out of the row: a fresh one takes its place. */
  retireIfFull(member: Member): void {
    if (member.retired || member.silent < mostPerHost) return;
    member.retired = true;
    this.#taking = this.#taking.filter((other) => other !== member);
  }

  /** Looks which of them flood; `ms` after the last time. */
  listen(ms: number): void {
    for (const { member } of this.#all) member.floods = member.host.floods(ms);
  }

  #add(): Member {
    const host = new Adnshost(this.#all.length, this.#start());
    const member: Member = { host, open: new Map(), silent: 0, asked: 0, retired: false, floods: false };
    const reading = host.read((heard) => this.#hear(member, heard));
    reading.then(
      () => this.#ended(host, null),
      (error: unknown) => this.#ended(host, error),
    );
    this.#all.push({ member, reading });
    return member;
  }

  /** Ends them, which have nothing to do any more. */
  async end(): Promise<void> {
    for (const { member } of this.#all) member.host.close();
    await Promise.all(this.#all.map(({ reading }) => reading));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all.map(({ member }) => member.host.stop()));
  }
}
