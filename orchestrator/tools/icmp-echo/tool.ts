import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { unpurged } from '../../core/folder/raw-files.ts';
import { jsonOf } from '../../core/process/lines.ts';
import { type RawRow, Reject, type Tool } from '../../core/tool.ts';
import type { Address } from '../../roles.ts';
import type { PathRecord } from '../../schemas/records/path.ts';
import { runFiles } from '../zmap/command.ts';
import { echoCost } from '../zmap/cost.ts';
import { zmapFacts } from '../zmap/facts.ts';
import { zmapLeftOut } from '../zmap/left-out.ts';
import { requireAllReplies } from '../zmap/metadata.ts';
import { dropsOptOuts, zmapProgram } from '../zmap/program.ts';
import { runZmap } from '../zmap/run.ts';
import { requireLoaded } from './loaded.ts';
import { Echo, echoFields, IcmpEchoRaw, Unsent } from './raw.ts';

const runName = 'icmp';

/** Round trip in microseconds: the echo carries its time of sending, the capture gives the time of arrival. */
function roundTrip(echo: Echo): number {
  const seconds = echo.timestamp_ts - echo.sent_timestamp_ts;
  return seconds * 1_000_000 + echo.timestamp_us - echo.sent_timestamp_us;
}

/**
 * zmap's icmp_echo_time under our plug-in, whose repair of the clock makes its times good to some microseconds (without
 * it they say when zmap got round to the packet). All echoes to an address leave back to back; the smallest time counts:
 * the first one often pays for the neighbour lookups on the way. IPv4 only.
 */
export const icmpEcho: Tool<Address, IcmpEchoRaw | z.infer<typeof Unsent>, PathRecord, Config> = {
  name: 'icmp-echo',

  programs: [zmapProgram],

  takesOptOuts: dropsOptOuts,

  async collect(context) {
    async function* targets(): AsyncGenerator<string> {
      let sent = false;
      for await (const { address } of context.rows()) {
        if (!sent && !address.includes(':')) {
          sent = true;
          await requireLoaded(context);
        }
        yield address;
      }
    }
    const { probes } = context.config.path;
    const args = () => ['-M', 'icmp_echo_time'];
    const run = { name: runName, family: 4 as const, args, fields: echoFields, probes };
    await runZmap(context, [{ group: '', targets: targets() }], [run]);
  },

  /** Per address that answered, its fastest reply and the number of replies; errors and broken lines as they come. */
  async *decode(context) {
    let sent = false;
    for await (const rows of context.batches()) {
      const unsent = rows.filter(({ address }) => address.includes(':'));
      yield unsent.map(({ address }) => ({ value: { unsent: address } }));
      sent ||= unsent.length < rows.length;
    }
    if (!sent) return;
    const fastest = new Map<string, { echo: Echo; row: RawRow; replies: number }>();
    let read = 0;
    for await (const lines of context.rawLines(runFiles.replies(runName))) {
      read += lines.length;
      const others: RawRow[] = [];
      for (const line of unpurged(lines)) {
        const row = { value: jsonOf(line), line };
        const { data: echo } = Echo.safeParse(row.value);
        if (echo === undefined || echo.classification !== 'echoreply') {
          others.push(row);
          continue;
        }
        const known = fastest.get(echo.saddr);
        const faster = known === undefined || roundTrip(echo) < roundTrip(known.echo);
        fastest.set(echo.saddr, { ...(faster ? { echo, row } : known), replies: (known?.replies ?? 0) + 1 });
      }
      yield others;
    }
    await requireAllReplies(context.folder, runName, read);
    yield Array.from(fastest.values(), ({ echo, row, replies }) => ({ ...row, value: { ...echo, replies } }));
  },

  raw: z.union([IcmpEchoRaw, Unsent]),

  toRecord(raw) {
    if (raw.unsent !== undefined) return new Reject('no_ipv6_probe', raw.unsent);
    // The error quotes our packet, but zmap reads the wrong bytes of it: whom it was about cannot be told.
    if (raw.classification !== 'echoreply') return new Reject(`icmp_${raw.classification}`);
    const ping_rtt_us = roundTrip(raw);
    if (ping_rtt_us < 0) return new Reject('negative_rtt', raw.saddr);
    const none = { control: null, pairs: 0, pair_ratio: null, pair_gap_us: null };
    return { address: raw.saddr, ping_rtt_us, ping_replies: raw.replies ?? 1, ...none, failure: null };
  },

  facts: zmapFacts,

  leftOut: zmapLeftOut,

  cost: echoCost,
};
