import { canonicalAddress } from '../address/ip.ts';
import type { End, Segment } from '../connection/packet.ts';
import { clientOf, type Stream } from '../connection/streams.ts';
import type { Ended, Sent } from './said.ts';

type Ends = Stream['ends'];

const canonical = ({ address, port }: End): End => ({ address: canonicalAddress(address) ?? address, port });

/** A stream as it is heard: what it says, until it ends and what it carried is known. */
export class HeardStream {
  readonly number: number;
  readonly ends: Ends;
  readonly segments: Segment[] = [];
  ended: Ended | null = null;
  /** The token of its MP_JOIN SYN; null before one, and for what is no join. */
  joins: string | null = null;
  #sorted = true;

  constructor(number: number, ends: Ends) {
    this.number = number;
    this.ends = [canonical(ends[0]), canonical(ends[1])];
  }

  add(segment: Segment): void {
    const last = this.segments.at(-1);
    if (last !== undefined && last.at_us > segment.at_us) this.#sorted = false;
    this.segments.push(segment);
  }

  /** As connection/ reads streams, with times as they are: what it compares are differences. */
  view(): Stream {
    if (!this.#sorted) {
      this.segments.sort((a, b) => a.at_us - b.at_us);
      this.#sorted = true;
    }
    const { ends, segments } = this;
    return { ends, client: clientOf(segments), last_us: segments.at(-1)?.at_us ?? 0, packets: segments };
  }
}

/** One end of a stream: what it sent, from where. */
interface Party extends End {
  sent: Sent;
}

/** A stream that came to its end. */
export interface EndedStream {
  number: number;
  stream: Stream;
  ended: Ended;
  openerKnown: boolean;
  /** Who opened it; the sender of the first packet where that is not known. */
  opener: Party;
  other: Party;
}

export function endedStream(heard: HeardStream, ended: Ended): EndedStream {
  const stream = heard.view();
  const opener = stream.client ?? 0;
  const party = (index: 0 | 1): Party => ({ ...heard.ends[index], sent: ended.sides[index] });
  return {
    number: heard.number,
    stream,
    ended,
    openerKnown: stream.client !== null,
    opener: party(opener),
    other: party(opener === 0 ? 1 : 0),
  };
}
