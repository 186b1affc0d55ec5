/** TCP options as an iterator over bytes (RFC 9293, section 3.1). */

export const KIND = { EOL: 0, NOP: 1, TIMESTAMPS: 8, MPTCP: 30, CANARY: 253 } as const;

/** One option as captured. `bytes` counts kind and length and never reaches past the area. */
export interface TcpOption {
  kind: number;
  bytes: Buffer;
  /** A length below two, or past the end of the area: nothing behind it can be told apart from padding. */
  fault: 'length_below_two' | 'past_end' | null;
}

function optionAt(area: Buffer, at: number): TcpOption {
  const kind = area.readUInt8(at);
  if (kind === KIND.EOL || kind === KIND.NOP) return { kind, bytes: area.subarray(at, at + 1), fault: null };
  if (at + 1 >= area.length) return { kind, bytes: area.subarray(at), fault: 'past_end' };
  const length = area.readUInt8(at + 1);
  if (length < 2) return { kind, bytes: area.subarray(at, at + 2), fault: 'length_below_two' };
  if (at + length > area.length) return { kind, bytes: area.subarray(at), fault: 'past_end' };
  return { kind, bytes: area.subarray(at, at + length), fault: null };
}

/** The options of an area in order, EOL and NOP included; ends after EOL and after a faulty option. Unknown kinds are passed on. */
export function* tcpOptions(area: Buffer): Generator<TcpOption> {
  for (let at = 0; at < area.length; ) {
    const option = optionAt(area, at);
    yield option;
    if (option.kind === KIND.EOL || option.fault !== null) return;
    at += option.bytes.length;
  }
}
