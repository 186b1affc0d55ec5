import { vanishCauseOf } from '../../evidence/boxes/vanished.ts';
import { changeOf, hopsNearer } from '../../evidence/boxes/way.ts';
import { headersOf, quotedOf } from '../../mptcp/quoted.ts';
import type { HopsRecord } from '../../schemas/records/hops.ts';
import type { Answer, SweepRaw } from './raw.ts';

type Hop = HopsRecord['hops'][number];

/** ICMP types (RFC 792, RFC 4443). */
const timeExceeded = { 4: 11, 6: 3 } as const;

const isError = ({ answer }: Answer) => answer === 'ttl_exceeded' || answer === 'unreachable';

function hopOf(answer: Answer): Hop | null {
  if (answer.icmp_type === null || answer.icmp_code === null || answer.quote === null) return null;
  const quoted = quotedOf(Buffer.from(answer.sent, 'hex'), Buffer.from(answer.quote, 'hex'));
  return {
    ttl: answer.ttl,
    address: answer.from,
    icmp_type: answer.icmp_type,
    icmp_code: answer.icmp_code,
    shows: quoted?.shows ?? null,
    differs: quoted?.differs ?? [],
    reply_ttl: answer.reply_ttl,
    rtt_us: answer.rtt_us,
  };
}

/** By TTL; of several errors of one hop that say the same the fastest. */
function hopsOf(answers: readonly Answer[]): Hop[] {
  const told = new Map<string, Hop>();
  for (const answer of answers.filter(isError)) {
    const hop = hopOf(answer);
    if (hop === null) continue;
    const key = JSON.stringify([hop.ttl, hop.address, hop.icmp_type, hop.icmp_code, hop.shows, hop.differs]);
    const known = told.get(key);
    if (known === undefined || (hop.rtt_us ?? Number.POSITIVE_INFINITY) < (known.rtt_us ?? Number.POSITIVE_INFINITY))
      told.set(key, hop);
  }
  return [...told.values()].sort((a, b) => a.ttl - b.ttl || (a.address < b.address ? -1 : 1));
}

const leastTtl = (a: Answer, b: Answer) => a.ttl - b.ttl;

/** The SYN/ACK or RST with the least TTL; without any the error by which somebody says that the address cannot be reached. */
function finalOf(answers: readonly Answer[]) {
  const ended = answers.filter(({ answer }) => answer === 'synack' || answer === 'rst').sort(leastTtl);
  const barred = answers.filter(({ answer }) => answer === 'unreachable').sort(leastTtl);
  const final = ended[0] ?? barred[0] ?? null;
  if (final === null) return { final, word: null };
  const word = final.answer === 'synack' || final.answer === 'rst' ? final.answer : ('unreachable' as const);
  return { final, word };
}

function echoFacts(echoes: readonly Answer[]) {
  const [first] = echoes.filter(({ answer }) => answer === 'echo_reply').sort(leastTtl);
  const last = echoes
    .filter(({ answer }) => answer === 'ttl_exceeded')
    .sort(leastTtl)
    .at(-1);
  return { echo_ttl: first?.ttl ?? null, echo_expired_ttl: last?.ttl ?? null, echo_expired: last?.from ?? null };
}

/** What a sweep shows of one way. */
export function toHops({ address, port, probe, drawn_as, answers, echoes }: SweepRaw): HopsRecord {
  const hops = hopsOf(answers);
  // Where a packet that cannot be delivered was dropped its TTL does not tell.
  const expired = hops.filter(({ icmp_type, address: of }) => icmp_type === timeExceeded[of.includes(':') ? 6 : 4]);
  const { lastIntact, firstChanged, contradicted } = changeOf(expired);
  const { final, word } = finalOf(answers);
  const echo = echoFacts(echoes);
  const served = word === 'synack' || word === 'rst' ? (final?.ttl ?? null) : null;
  const headers = word === 'synack' && final?.packet != null ? headersOf(Buffer.from(final.packet, 'hex')) : null;
  const before = expired.filter(({ ttl }) => final !== null && ttl < final.ttl).at(-1);
  return {
    ...{ address, port, probe, drawn_as, hops },
    last_intact_ttl: lastIntact?.ttl ?? null,
    last_intact: lastIntact?.address ?? null,
    first_changed_ttl: firstChanged?.ttl ?? null,
    first_changed: firstChanged?.address ?? null,
    first_changed_shows: firstChanged?.shows ?? null,
    contradicted,
    answer: word,
    answered_ttl: final?.ttl ?? null,
    answer_option: headers?.option ?? null,
    answer_window: headers?.window ?? null,
    answer_order: headers?.order ?? null,
    answer_reply_ttl: final?.reply_ttl ?? null,
    hop_before: before?.address ?? null,
    ...echo,
    cause:
      headers === null
        ? null
        : vanishCauseOf({
            ...headers,
            offered: headers.option !== null,
            firstShows: firstChanged?.shows ?? null,
            contradicted,
          }),
    nearer: hopsNearer(served, echo.echo_expired_ttl),
    failure: answers.length === 0 ? 'timeout' : null,
  };
}
