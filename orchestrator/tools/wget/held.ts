import type { z } from 'zod';
import type { Missing } from '../../schemas/lists.ts';
import type { HeldConnection } from '../../schemas/records/handshake.ts';
import type { ConnectorRun } from './raw.ts';

type Held = z.infer<typeof HeldConnection>;

const NS_PER_MS = 1_000_000n;

function nanoseconds(time: string): bigint {
  const [seconds = '0', rest = '0'] = time.split('.');
  return BigInt(seconds) * 1_000_000_000n + BigInt(rest);
}

function between(from: string | null, to: string | null): number | null {
  return from === null || to === null ? null : Number((nanoseconds(to) - nanoseconds(from)) / NS_PER_MS);
}

/** From the handshake to the end of the silence. */
export function silentMs({ connected_at, hold_ended_at }: ConnectorRun): number | null {
  return between(connected_at, hold_ended_at);
}

const holdEnds: Readonly<Record<string, Held['ended_by']>> = {
  us: 'us',
  server: 'server',
  reset: 'reset',
  limit: 'lost',
};

/** Why there is no connection, or null. An attempt that we ended ourselves was not measured. */
export function failureOfHold({ outcome }: ConnectorRun): Missing | null {
  if (outcome === 'connected') return null;
  return outcome === 'here' || outcome === 'undone' ? 'not_measured' : outcome;
}

/** Why the connector has no status of a page that it was to ask for. */
export function noPageOfHold(run: ConnectorRun): Missing {
  return failureOfHold(run) ?? (run.tls === 'timeout' || run.ended_by === 'limit' ? 'timeout' : 'no_data');
}

/** The connector's record as part of ours; null when it never had a socket. */
export function heldFields(run: ConnectorRun): Held | null {
  if (run.outcome === 'here' || run.outcome === 'undone') return null;
  const { outcome, local_address, local_port, began, connected_at, asked, mptcp_at_start, mptcp_at_end } = run;
  const mptcp = mptcp_at_end === true;
  return {
    local_address,
    local_port,
    outcome,
    began_at: began,
    connected_at,
    silent_ms: silentMs(run),
    ended_by: holdEnds[run.hold_ended_by ?? ''] ?? null,
    again_ms: between(run.spoke_at, run.again_ended_at),
    again_ended_by: holdEnds[run.again_ended_by ?? ''] ?? null,
    asked,
    mptcp_at_start,
    mptcp_at_end,
    token: mptcp ? run.token : null,
    checksum: run.checksum,
    timestamps: run.timestamps,
    add_addr_accepted: mptcp ? run.add_addr_accepted : null,
    subflows: mptcp ? run.subflows : null,
    rtt_us: run.rtt_us === 0 ? null : run.rtt_us,
    volunteered: run.first,
    volunteered_bytes: run.received,
    tls: run.tls,
    tls_version: run.tls_version,
    tls_error: run.tls_error,
  };
}
