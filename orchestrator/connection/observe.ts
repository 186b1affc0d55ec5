import { addAddrHmacForm } from '../mptcp/keys.ts';
import type { MptcpOption } from '../mptcp/option.ts';
import type { Hmac } from '../schemas/lists.ts';
import { TCP } from './packet.ts';
import { type Keys, type Role, roleOf, said } from './stream.ts';
import type { Stream } from './streams.ts';

type AddAddr = Extract<MptcpOption, { subtype: 'ADD_ADDR' }>;
type Seen = Extract<MptcpOption, { subtype: 'REMOVE_ADDR' | 'MP_PRIO' | 'MP_FAIL' | 'MP_FASTCLOSE' | 'MP_TCPRST' }>;

export interface Checked {
  hmac: Hmac;
  hmac_form: ReturnType<typeof addAddrHmacForm>;
}

/** One thing that one side said. `by` is null when no packet tells who opened the stream. */
export type Observation = { at_us: number; by: Role | null } & (
  | { what: 'ADD_ADDR'; option: AddAddr; hmac: Checked }
  | { what: Seen['subtype']; option: Seen }
  | { what: 'RST'; reason: number | null; reason_cut: boolean }
);

/** The announcer's key comes first. Without both keys, or without knowing who speaks, an HMAC is neither right nor wrong. */
export function checkHmac(option: AddAddr, by: Role | null, keys: Keys): Checked {
  if (option.hmac === null) return { hmac: 'absent', hmac_form: null };
  const { client, server } = keys;
  if (by === null || client === null || server === null) return { hmac: 'unverifiable', hmac_form: null };
  const [own, peer] = by === 'client' ? [client, server] : [server, client];
  const hmac_form = addAddrHmacForm(own, peer, option, option.hmac);
  return { hmac: hmac_form === null ? 'invalid' : 'valid', hmac_form };
}

/** What was said on a stream, by time. `keys` are its connection's, by who is client and server of this stream. */
export function observe(stream: Stream, keys: Keys): Observation[] {
  const options = said(stream).flatMap(({ by, packet: { at_us }, option }): Observation[] => {
    if (option.subtype === 'ADD_ADDR')
      return [{ at_us, by, what: option.subtype, option, hmac: checkHmac(option, by, keys) }];
    if (option.subtype === 'MP_CAPABLE' || option.subtype === 'MP_JOIN' || option.subtype === 'DSS') return [];
    return [{ at_us, by, what: option.subtype, option }];
  });
  const resets = stream.packets.flatMap((packet): Observation[] => {
    if ((packet.flags & TCP.RST) === 0) return [];
    const own = said({ ...stream, packets: [packet] }).map(({ option }) => option);
    const reason = own.find((option) => option.subtype === 'MP_TCPRST');
    const value = reason?.subtype === 'MP_TCPRST' ? reason.reason : null;
    const reason_cut = value === null && packet.cut;
    return [{ at_us: packet.at_us, by: roleOf(stream, packet), what: 'RST', reason: value, reason_cut }];
  });
  return [...options, ...resets].sort((a, b) => a.at_us - b.at_us);
}
