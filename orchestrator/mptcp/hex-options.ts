import { MP_CAPABLE } from './option.ts';
import { KIND, type TcpOption } from './tcp-options.ts';

/** One option in hex, kind and length included. */
export interface HexOption {
  kind: number;
  hex: string;
  fault: TcpOption['fault'];
}

const [digit0, digit9, letterA] = [0x30, 0x39, 0x61];

function digitAt(hex: string, at: number): number {
  const code = hex.charCodeAt(at);
  return code <= digit9 ? code - digit0 : code - letterA + 10;
}

/** A byte of lower-case hex. */
export function byteAt(hex: string, at: number): number {
  return (digitAt(hex, at) << 4) | digitAt(hex, at + 1);
}

/** The options of an area as `tcpOptions` walks them, from hex to hex: a buffer for each takes most of the time where millions are walked. */
export function hexOptions(area: string): HexOption[] {
  const options: HexOption[] = [];
  let at = 0;
  while (at < area.length) {
    const kind = byteAt(area, at);
    if (kind === KIND.EOL || kind === KIND.NOP) {
      options.push({ kind, hex: area.slice(at, at + 2), fault: null });
      if (kind === KIND.EOL) return options;
      at += 2;
      continue;
    }
    const digits = at + 2 < area.length ? 2 * byteAt(area, at + 2) : Number.POSITIVE_INFINITY;
    const fault = digits < 4 ? 'length_below_two' : at + digits > area.length ? 'past_end' : null;
    options.push({ kind, hex: area.slice(at, at + (fault === 'length_below_two' ? 4 : digits)), fault });
    if (fault !== null) return options;
    at += digits;
  }
  return options;
}

/** Subtype of an option of kind 30; null where it ends before that. */
export function hexSubtype(option: string): number | null {
  return option.length > 4 ? digitAt(option, 4) : null;
}

const [keyAt, keyEnd] = [8, 24];

/** The key that `classify` (evidence/classify.ts) shows of an area, without what else it tells. */
export function hexKey(area: string): string | null {
  let shown: string | null = null;
  for (const { kind, hex } of hexOptions(area)) {
    if (kind !== KIND.MPTCP) continue;
    if (shown === null || (hexSubtype(shown) !== MP_CAPABLE && hexSubtype(hex) === MP_CAPABLE)) shown = hex;
  }
  if (shown === null || hexSubtype(shown) !== MP_CAPABLE || shown.length < keyEnd) return null;
  return shown.slice(keyAt, keyEnd);
}
