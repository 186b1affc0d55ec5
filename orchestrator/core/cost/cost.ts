import { addRanges, atLeast, exactly, type Range, unknown } from './range.ts';

/** What asking the units of one part takes, as far as it is known before they are asked. */
export interface Cost {
  packets: Range;
  /** Of frames, Ethernet headers among them. */
  bytes: Range;
  seconds: Range;
}

/** Units that a part asks, and the addresses among them by family. */
export interface Asked {
  units: number;
  4: number;
  6: number;
}

export function addCosts(a: Cost, b: Cost): Cost {
  return {
    packets: addRanges(a.packets, b.packets),
    bytes: addRanges(a.bytes, b.bytes),
    seconds: addRanges(a.seconds, b.seconds),
  };
}

export const noCost: Cost = { packets: exactly(0), bytes: exactly(0), seconds: exactly(0) };

/** What a program of the user's own takes, or one that is not known to the byte: a packet for each unit, or more. */
export function openCost({ units }: Asked): Cost {
  return { packets: atLeast(units), bytes: unknown, seconds: unknown };
}
