import { KIND, tcpOptions } from '../../mptcp/tcp-options.ts';
import type { EchoCause } from '../../schemas/lists.ts';
import { type Answer, readScan, type ScanEvidence } from '../answers.ts';
import { carries, has } from '../readings.ts';
import { isEcho } from '../signs.ts';

/**
 * What made an echo of our option. A cause is named when its own rule holds for every SYN/ACK of the endpoint that carries an option, one of
 * them is an echo, and no other rule holds.
 */

interface Offer {
  scan: ScanEvidence;
  answer: Answer;
}

interface CauseRule {
  name: EchoCause;
  sentence: string;
  source: string;
  when: (offers: readonly Offer[]) => boolean;
}

/** Our IP identification; that of IPv6 is not known, and 0 is what many send. */
const isOurId = ({ scan: { ip_id, sent_ip_id } }: Offer) => ip_id !== null && ip_id !== 0 && ip_id === sent_ip_id;
const isOurWindow = ({ scan: { window, sent_window } }: Offer) =>
  window === 0 || (window !== null && window === sent_window);
/** Our option as we sent it. */
const isWhole = ({ answer }: Offer) => has(answer, 'option_echoed') || has(answer, 'token_returned');

function optionsOf({ scan }: Offer) {
  return [...tcpOptions(Buffer.from(scan.tcp_options ?? '', 'hex'))].filter(({ kind }) => kind > KIND.NOP);
}

function timestampsOf(offer: Offer): { value: string; reply: string } | null {
  const found = optionsOf(offer).find(({ kind, bytes }) => kind === KIND.TIMESTAMPS && bytes.length === 10);
  return found === undefined
    ? null
    : { value: found.bytes.toString('hex', 2, 6), reply: found.bytes.toString('hex', 6, 10) };
}

const noReply = '00000000';

/** Its times are ours: it has no clock of its own. */
function returnsOurTimes(offer: Offer): boolean {
  const times = timestampsOf(offer);
  return times !== null && times.reply === noReply && times.value !== noReply && times.value === offer.scan.sent_tsval;
}

const isOurOrder = ({ scan }: Offer) =>
  scan.sent_options_order !== null && scan.options_order === scan.sent_options_order;

/** What stands before our option is another's: other kinds, or in another order. */
function isOthersOrder(offer: Offer): boolean {
  if (offer.scan.sent_options_order === null || offer.scan.options_order === null) return false;
  const named = (order: string) =>
    order.split(',').filter((name) => name !== 'nop' && name !== 'eol' && name !== 'mptcp');
  return named(offer.scan.options_order).join() !== named(offer.scan.sent_options_order).join();
}

const isLast = (offer: Offer) => optionsOf(offer).at(-1)?.kind === KIND.MPTCP;
/** Our option came back without the one beside it. */
const leavesCanary = (offers: readonly Offer[]) =>
  offers.some(({ answer }) => answer.probe.word === 'canary') &&
  !offers.some(({ answer }) => has(answer, 'canary_returned'));

/** Longer than what we sent, which it begins with. */
function isFilledUp({ scan, answer }: Offer): boolean {
  const [sent, option] = [scan.sent_option, scan.options_mptcp[0]];
  if (sent == null || option === undefined || option.length <= sent.length) return false;
  return sent.slice(4) === option.slice(4, sent.length) && option.startsWith('1e0c') && answer.shown?.length === 12;
}
const isZero = (offer: Offer) => isFilledUp(offer) && has(offer.answer, 'key_zero');
/** Filled up for a version that nobody speaks. */
const isFilledGrease = (offer: Offer) => isFilledUp(offer) && (offer.answer.shown?.version ?? 0) > 1;
/** What was twelve bytes already came back as it was: no server of v0 has our key. */
const isWholeV0 = (offer: Offer) => offer.scan.sent_version === 0 && isWhole(offer);

export const echoCauses: readonly CauseRule[] = [
  {
    name: 'syn_reflected',
    sentence:
      'Every SYN/ACK with an option has the IP identification of our SYN, and our window or none; of several SYNs the identification alone is enough.',
    source:
      'public code of SYN proxies that turn the SYN into the SYN/ACK (LVS as published by Alibaba, DPVS): IP identification, window, order and unknown options stay',
    when: (offers) =>
      offers.every(isOurId) && (offers.every(isOurWindow) || new Set(offers.map(({ answer }) => answer.syn)).size > 1),
  },
  {
    name: 'everything_returned',
    sentence:
      'Every SYN/ACK with an option has all our options in our order, with our clock for its own and none returned, in a packet of its own.',
    source: 'RFC 7323, 3.2: a SYN/ACK returns our clock as TSecr and has its own as TSval',
    when: (offers) =>
      offers.every((offer) => !isOurId(offer) && isOurOrder(offer) && isWhole(offer) && returnsOurTimes(offer)),
  },
  {
    name: 'option_appended',
    sentence:
      'Every SYN/ACK with an option comes from another sender, by IP identification and clock, and ends with our option as we sent it; its other options are not ours, or the canary beside ours did not come back.',
    source: 'erratum of the 2015 paper: mirrors in front of servers without MPTCP',
    when: (offers) =>
      offers.every((offer) => !isOurId(offer) && isWhole(offer) && isLast(offer) && !returnsOurTimes(offer)) &&
      (offers.every(isOthersOrder) || leavesCanary(offers)),
  },
  {
    name: 'option_padded',
    sentence:
      'What was shorter than twelve bytes came back filled up to twelve behind what we sent, with zeros; or with other bytes, for a version that does not exist too, while v0 came back as it was.',
    source:
      'RFC 8684, 3.1: a server draws a key and offers its own version; measured: boxes that fill v1 up and return v0 as it is',
    when: (offers) =>
      offers.every((offer) => !isOurId(offer) && (isFilledUp(offer) || isWhole(offer))) &&
      (offers.some(isZero)
        ? offers.every((offer) => isZero(offer) || !isFilledUp(offer))
        : offers.some(isFilledGrease) && offers.some(isWholeV0)),
  },
];

/** @param scans all replies of an endpoint */
export function echoCauseOf(scans: readonly ScanEvidence[]): EchoCause | null {
  const offers = scans
    .map((scan) => ({ scan, answer: readScan(scan).answer }))
    .filter(({ answer }) => answer.packet === 'synack' && carries(answer));
  if (!offers.some(({ answer }) => isEcho(answer))) return null;
  const fitting = echoCauses.filter((rule) => rule.when(offers));
  return fitting.length === 1 ? (fitting[0]?.name ?? null) : null;
}
