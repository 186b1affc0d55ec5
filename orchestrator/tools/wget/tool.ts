import type { Config } from '../../config/config.ts';
import { atLeast, unknown } from '../../core/cost/range.ts';
import { Reject, type Tool } from '../../core/tool.ts';
import { guard } from '../../machine/guard.ts';
import type { Endpoint } from '../../roles.ts';
import type { HandshakeRecord } from '../../schemas/records/handshake.ts';
import { captureFacts, dumpcap } from './capture.ts';
import { collect, secondsFor } from './collect.ts';
import { decode } from './decode.ts';
import { isConnected, mptcpize, wget as program } from './fetch.ts';
import { connector, startsPerSecond } from './hold.ts';
import { joiner, joinFacts } from './join.ts';
import { tshark } from './packets.ts';
import { WgetRaw } from './raw.ts';
import { toHandshake } from './record.ts';

/** A real connection to every candidate, as in the 2015 study: wget under MPTCP, and a capture of its options. */
export const wget: Tool<Endpoint, WgetRaw, HandshakeRecord, Config> = {
  name: 'wget',

  programs: [mptcpize, program, connector, joiner, dumpcap, tshark, guard],

  takesOptOuts: () => true,

  collect,

  decode,

  raw: WgetRaw,

  /** Without a packet of a connection that was made nothing can be said of it: not that it fell back, nor that it did not. */
  toRecord(raw, { config }) {
    const { run, hold, held = [], streams, address, port } = raw;
    const connected = (run !== null && isConnected.test(run.log)) || hold?.outcome === 'connected';
    if (connected && streams.length === 0 && held.length === 0) return new Reject('not_captured', `${address} ${port}`);
    if (run === null && !hold) return new Reject('no_run', `${address} ${port}`);
    return toHandshake(raw, config);
  },

  facts: async (folder) => ({ ...(await captureFacts(folder)), ...(await joinFacts(folder)) }),

  /** A connection each, so many at a time; how long one lasts is the host's doing, up to the limit. Units that are known at most may be no whole number. */
  cost({ units }, config) {
    const most = secondsFor(units, Array(Math.ceil(units)).fill(config.handshake.asked.http[0] ?? 0), config);
    const least = config.handshake.hold_first ? units / startsPerSecond(config) : 0;
    const seconds = { least, most };
    return { packets: atLeast(units), bytes: unknown, seconds };
  },
};
