import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { type CollectContext, type DecodeContext, type RawRow, Reject, type Tool } from '../../core/tool.ts';
import { CensusError } from '../../errors.ts';
import type { Address } from '../../roles.ts';
import type { WhoisRecord } from '../../schemas/records/whois.ts';
import { askInBulk, spelling } from './bulk.ts';
import { type CymruAnswer, CymruRaw } from './raw.ts';

const ANSWER = 'answer.txt';

// No program: the bulk protocol is a few words on a TCP connection, and collect speaks it itself.

async function* addresses(rows: AsyncIterable<Address>): AsyncIterable<string> {
  for await (const row of rows) yield row.address;
}

async function collect(context: CollectContext<Address, Config>): Promise<void> {
  const { server, port } = context.config.whois;
  if (server === null)
    throw new CensusError('E_CONFIG', 'whois.server is not set', 'name a server or leave the stage out');
  await askInBulk({
    place: `${context.stage}/${context.part}`,
    server,
    port,
    addresses: addresses(context.rows()),
    answerFile: join(context.folder, ANSWER),
    signal: context.signal,
    onAnswered: (count) => context.progress(count),
  });
}

/** `AS | IP | BGP Prefix | CC | Registry | Allocated | AS Name`; null for a line that is none. A name may hold bars. */
function parseLine(line: string): { address: string; answer: CymruAnswer } | null {
  const [as, address, prefix, country, registry, allocated, ...name] = line.split('|').map((column) => column.trim());
  if (as === undefined || address === undefined || prefix === undefined) return null;
  if (country === undefined || registry === undefined || allocated === undefined || name.length === 0) return null;
  return { address, answer: { as, prefix, country, registry, allocated, name: name.join(' | ') } };
}

function isHeading(line: string): boolean {
  return line.trim() === '' || line.startsWith('Bulk mode;') || /^AS\s*\|/.test(line);
}

/** Lines of one address can lie far apart, so a part's answers are gathered first; they come out in the order of the input. */
async function* decode(context: DecodeContext<Address, Config>): AsyncIterable<RawRow[]> {
  const gathered = new Map<string, { address: string; answers: CymruAnswer[]; lines: string[] }>();
  for await (const { address } of context.rows()) {
    gathered.set(spelling(address), { address, answers: [], lines: [] });
  }
  for await (const lines of context.rawLines(ANSWER)) {
    const refusals: RawRow[] = [];
    for (const line of lines) {
      if (isHeading(line)) continue;
      const parsed = parseLine(line);
      if (parsed === null) {
        refusals.push({ value: { refusal: line.trim() }, line });
        continue;
      }
      const { address, answer } = parsed;
      const known = gathered.get(spelling(address)) ?? { address, answers: [], lines: [] };
      known.answers.push(answer);
      known.lines.push(line);
      gathered.set(spelling(address), known);
    }
    yield refusals;
  }
  yield [...gathered.values()].flatMap(({ lines: printed, ...value }) =>
    value.answers.length > 0 ? [{ value, line: printed.join('\n') }] : [],
  );
}

function given(text: string): string | null {
  return text === '' || text === 'NA' ? null : text;
}

function prefixLength(answer: CymruAnswer): number {
  return Number(/\/(\d+)$/.exec(answer.prefix)?.[1] ?? -1);
}

/** The most specific prefix decides, as it does in routing; of several origins of one prefix the first printed stays. */
function mostSpecific(answers: CymruAnswer[]): CymruAnswer | undefined {
  return answers.reduce((best, answer) => (prefixLength(answer) > prefixLength(best) ? answer : best));
}

function toRecord(raw: CymruRaw): WhoisRecord | Reject {
  if ('refusal' in raw) return new Reject(`no answer line: ${raw.refusal}`);
  const answer = mostSpecific(raw.answers);
  const asn = /^\d+/.exec(answer?.as ?? '')?.[0];
  return {
    address: raw.address,
    asn: asn === undefined ? null : Number(asn),
    prefix: given(answer?.prefix ?? ''),
    country: given(answer?.country ?? ''),
    registry: given(answer?.registry ?? ''),
    allocated: given(answer?.allocated ?? ''),
    as_name: given(answer?.name ?? ''),
    failure: asn === undefined ? 'no_data' : null,
  };
}

/** Team Cymru bulk whois, role registry. */
export const cymru: Tool<Address, CymruRaw, WhoisRecord, Config> = {
  name: 'cymru',
  collect,
  decode,
  raw: CymruRaw,
  toRecord,
};
