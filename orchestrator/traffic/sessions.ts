import { mptcpOptions, packetKind, TCP } from '../connection/packet.ts';
import { keysOf, versionOf } from '../connection/stream.ts';
import { token } from '../mptcp/keys.ts';
import type { Ended, Said } from './said.ts';
import { HeardStream } from './stream.ts';

/** So long after its last stream ended may a connection get another one: Linux keeps one without subflows for 60 s. */
const LINGER_US = 60_000_000;
/** Two of a connection, and of keys that were sent again as others a few: a capture of nothing but new keys must not fill the memory. */
const MOST_TOKENS = 8;
/** Segments that ended streams hold while they wait for others. */
const MOST_WAITING = 200_000;

/** A connection with the streams that joined it, or a join whose connection was not seen. */
export interface Session {
  first: HeardStream;
  joins: HeardStream[];
  /** Two connections had the token of this join. */
  ambiguous: boolean;
  /** Streams that have not ended. */
  open: number;
  tokens: string[];
  readyUs: number;
}

/** Hands over every connection, with all its subflows, once no more can come of it. Holds what is under way and nothing else. */
export class Sessions {
  readonly #finish: (session: Session) => void;
  readonly #streams = new Map<number, HeardStream>();
  readonly #sessionOf = new Map<HeardStream, Session>();
  readonly #byToken = new Map<string, Set<Session>>();
  /** Joins that came before their connection, by token. */
  readonly #early = new Map<string, Set<Session>>();
  readonly #waiting = new Set<Session>();
  #waitingSegments = 0;
  #clockUs = 0;
  /** Connections that were handed over before their time. */
  early = 0;

  constructor(finish: (session: Session) => void) {
    this.#finish = finish;
  }

  hear(said: Said): void {
    if (said.type === 'packet') this.#packet(said);
    else if (said.type === 'open') this.#open(said);
    else if (said.type === 'end') this.#end(said);
    else if (said.type === 'clock') this.#tick(said.at_us);
  }

  /** Hands over what is left. */
  end(): void {
    for (const session of [...this.#waiting]) this.#release(session);
  }

  #open({ stream, ends }: Extract<Said, { type: 'open' }>): void {
    const heard = new HeardStream(stream, ends);
    this.#streams.set(stream, heard);
    const session: Session = { first: heard, joins: [], ambiguous: false, open: 1, tokens: [], readyUs: 0 };
    this.#sessionOf.set(heard, session);
  }

  #packet(segment: Extract<Said, { type: 'packet' }>): void {
    const heard = this.#streams.get(segment.stream);
    if (heard === undefined) return;
    heard.add(segment);
    // Keys and tokens stand in the handshake, and a connection has two of each, or as many more as were sent again as others.
    if (heard.joins !== null || (heard.segments.length > 8 && (segment.flags & TCP.SYN) === 0)) return;
    if ((this.#sessionOf.get(heard)?.tokens.length ?? 0) >= MOST_TOKENS) return;
    for (const option of mptcpOptions(segment)) {
      if (option.subtype === 'MP_CAPABLE' && option.sender_key !== null) this.#learnKeys(heard);
      if (option.subtype === 'MP_JOIN' && option.packet === 'syn' && packetKind(segment.flags) === 'syn')
        this.#learnJoin(heard, option.token);
    }
  }

  #learnKeys(heard: HeardStream): void {
    const session = this.#sessionOf.get(heard);
    const stream = heard.view();
    const version = versionOf(stream);
    if (session === undefined || session.first !== heard || (version !== 0 && version !== 1)) return;
    const { client, server } = keysOf(stream);
    for (const key of [server, client]) {
      const known = key === null ? null : token(key, version);
      if (known === null || session.tokens.includes(known)) continue;
      session.tokens.push(known);
      const same = this.#byToken.get(known) ?? new Set();
      this.#byToken.set(known, same.add(session));
      for (const early of this.#early.get(known) ?? []) this.#adopt(session, early);
    }
  }

  #learnJoin(heard: HeardStream, wanted: string): void {
    const own = this.#sessionOf.get(heard);
    if (own === undefined) return;
    heard.joins = wanted;
    const [parent, ...more] = this.#byToken.get(wanted) ?? [];
    if (parent !== undefined && more.length === 0) this.#adopt(parent, own);
    else {
      own.ambiguous = parent !== undefined;
      this.#early.set(wanted, (this.#early.get(wanted) ?? new Set()).add(own));
    }
  }

  #adopt(parent: Session, join: Session): void {
    if (parent === join || join.ambiguous) return;
    this.#forgetEarly(join);
    this.#leaveWaiting(join);
    this.#leaveWaiting(parent);
    parent.joins.push(join.first);
    parent.open += join.open;
    this.#sessionOf.set(join.first, parent);
    this.#settle(parent);
  }

  #end(said: Ended): void {
    const heard = this.#streams.get(said.stream);
    const session = heard === undefined ? undefined : this.#sessionOf.get(heard);
    if (heard === undefined || session === undefined) return;
    this.#streams.delete(said.stream);
    heard.ended = said;
    session.open -= 1;
    this.#settle(session);
  }

  /** A session without open streams waits for late ones; one that can have none is handed over at once. */
  #settle(session: Session): void {
    if (session.open > 0) return;
    session.readyUs = this.#clockUs + LINGER_US;
    this.#waiting.add(session);
    this.#waitingSegments += held(session);
    if (session.tokens.length === 0 && session.first.joins === null) this.#release(session);
    for (const oldest of this.#waiting) {
      if (this.#waitingSegments <= MOST_WAITING) break;
      this.early += 1;
      this.#release(oldest);
    }
  }

  #tick(atUs: number): void {
    this.#clockUs = atUs;
    for (const session of this.#waiting) {
      // A clock that was set back must not keep everything for ever.
      if (session.readyUs > atUs && session.readyUs - atUs <= LINGER_US) break;
      this.#release(session);
    }
  }

  #leaveWaiting(session: Session): void {
    if (this.#waiting.delete(session)) this.#waitingSegments -= held(session);
  }

  #release(session: Session): void {
    this.#leaveWaiting(session);
    for (const known of session.tokens) {
      const same = this.#byToken.get(known);
      same?.delete(session);
      if (same?.size === 0) this.#byToken.delete(known);
    }
    this.#forgetEarly(session);
    for (const heard of [session.first, ...session.joins]) this.#sessionOf.delete(heard);
    this.#finish(session);
  }

  #forgetEarly(session: Session): void {
    const wanted = session.first.joins;
    if (wanted === null) return;
    const same = this.#early.get(wanted);
    same?.delete(session);
    if (same?.size === 0) this.#early.delete(wanted);
  }
}

const held = ({ first, joins }: Session) =>
  [first, ...joins].reduce((sum, { segments }) => sum + segments.length + 10, 0);
