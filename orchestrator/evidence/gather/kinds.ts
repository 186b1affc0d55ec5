import type { ScanRecord } from '../../schemas/records/scan.ts';
import { type PlainReply, quietArea } from '../plain.ts';

/** Replies of further kinds are kept whole: a foreign prober may print any word for its probes. */
const mostKinds = 1000;
const quiet = new RegExp(`^${quietArea}$`);

/** Kinds of replies that show nothing of MPTCP, by number. */
export class Kinds {
  readonly #numbers = new Map<string, number>();
  readonly #kinds: PlainReply[] = [];

  /** The number of the kind of a reply; null when it shows something, or there are too many kinds. */
  numberOf(reply: ScanRecord): number | null {
    const { probe, classification, sent_version, options_mptcp, faults, tcp_options } = reply;
    if (options_mptcp.length > 0 || faults.length > 0 || (tcp_options !== null && !quiet.test(tcp_options)))
      return null;
    const numbered = reply.source_port !== null && reply.ack !== null;
    const name = `${classification} ${sent_version} ${numbered} ${probe}`;
    const known = this.#numbers.get(name);
    if (known !== undefined || this.#kinds.length >= mostKinds) return known ?? null;
    const number = this.#kinds.push({ probe, classification, sent_version, numbered }) - 1;
    this.#numbers.set(name, number);
    return number;
  }

  at(number: number): PlainReply {
    const kind = this.#kinds[number];
    if (kind === undefined) throw new RangeError(`no kind has the number ${number}`);
    return kind;
  }
}
