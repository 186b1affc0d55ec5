import type { Config } from '../../config/config.ts';
import { unknown } from '../../core/cost/range.ts';
import { unpurged } from '../../core/folder/raw-files.ts';
import { jsonOf } from '../../core/process/lines.ts';
import type { CollectContext, DecodeContext, RawRow, Tool } from '../../core/tool.ts';
import { medians } from '../../evidence/boxes/nearer.ts';
import type { Address } from '../../roles.ts';
import type { PathRecord } from '../../schemas/records/path.ts';
import {
  requireAllAnswers,
  runSweep,
  sweepFacts,
  sweepFiles,
  sweepProgram,
  sweepSeconds,
  waitMs,
} from '../sweep/program.ts';
import { Answer } from '../sweep/raw.ts';
import { PairsRaw } from './raw.ts';

const name = 'pairs';
/** Hops that a packet of this tool may go: more than paths of the Internet have. */
const ttl = 63;
const echo = 'echo';

type Context = CollectContext<Address, Config>;

/** The SYN that the scan sent first: what answers it is what is looked for. */
function synOf({ scan }: Config): string {
  return `v${scan.versions[0] ?? 1}`;
}

async function collect(context: Context): Promise<void> {
  const addresses: Address[] = [];
  for await (const row of context.rows()) addresses.push(row);
  if (addresses.length === 0) return;
  const { probes } = context.config.path;
  const syn = synOf(context.config);
  const lines = addresses.flatMap(({ address, port }) => [
    ...(port === undefined ? [] : [`${address} ${port} ${syn}`]),
    `${address} 0 ${echo}`,
  ]);
  const args = ['--ttl', `${ttl}-${ttl}`, '--rounds', String(probes)];
  await runSweep(context, { name, lines, args, most: probes });
  for (const row of addresses) if (context.optOuts?.since.contains(row.address)) context.leaveOut(row);
  context.progress(addresses.length);
}

/** The fastest answer of each round: a box and a server may both answer one SYN. */
type Rounds = Map<number, { syn: number | null; ping: number | null }>;

function note(rounds: Rounds, { answer, pass, rtt_us }: Answer): void {
  if (pass === null || rtt_us === null) return;
  const round = rounds.get(pass) ?? { syn: null, ping: null };
  const least = (known: number | null) => (known === null ? rtt_us : Math.min(known, rtt_us));
  if (answer === 'echo_reply') round.ping = least(round.ping);
  else if (answer === 'synack' || answer === 'rst') round.syn = least(round.syn);
  else return;
  rounds.set(pass, round);
}

/** One row per address, in the order of the input. */
async function* decode(context: DecodeContext<Address, Config>): AsyncIterable<RawRow[]> {
  const found = new Map<string, Rounds>();
  let units = 0;
  let read = 0;
  for await (const rows of context.batches()) units += rows.length;
  if (units === 0) return;
  for await (const lines of context.rawLines(sweepFiles.answers(name))) {
    read += lines.length;
    const broken: RawRow[] = [];
    for (const line of unpurged(lines)) {
      const { data } = Answer.safeParse(jsonOf(line));
      if (data === undefined) {
        broken.push({ value: null, line });
        continue;
      }
      const rounds: Rounds = found.get(data.address) ?? new Map();
      note(rounds, data);
      found.set(data.address, rounds);
    }
    yield broken;
  }
  await requireAllAnswers(context.folder, name, read);
  for await (const rows of context.batches()) {
    yield rows.map(({ address, control }) => {
      const rounds = [...(found.get(address) ?? new Map<number, PairsRaw['rounds'][number]>()).values()];
      return { value: { address, ...(control === undefined ? {} : { control }), rounds } };
    });
  }
}

function toRecord({ address, control, rounds }: PairsRaw): PathRecord {
  const pings = rounds.flatMap(({ ping }) => ping ?? []);
  const pairs = rounds.flatMap(({ syn, ping }) => (syn === null || ping === null ? [] : [{ syn, ping }]));
  const { ratio, gap } = medians(pairs);
  return {
    address,
    control: control ?? null,
    ping_rtt_us: pings.length === 0 ? null : Math.min(...pings),
    ping_replies: pings.length,
    pairs: pairs.length,
    pair_ratio: ratio,
    pair_gap_us: gap,
    failure: pings.length === 0 ? 'timeout' : null,
  };
}

/** A SYN and an echo request to each address in every round, in one random order, seconds apart: IPv4 and IPv6 by one clock. */
export const pairs: Tool<Address, PairsRaw, PathRecord, Config> = {
  name,

  programs: [sweepProgram],

  takesOptOuts: () => true,

  collect,

  decode,

  raw: PairsRaw,

  toRecord,

  facts: (folder) => sweepFacts(folder, name),

  cost({ units }, config) {
    const { probes } = config.path;
    const seconds = Math.max(probes - 1, sweepSeconds(config, 2 * units, probes)) + waitMs(config) / 1000;
    return {
      packets: { least: units * probes, most: 2 * units * probes },
      bytes: unknown,
      seconds: { least: 0, most: seconds },
    };
  },
};
