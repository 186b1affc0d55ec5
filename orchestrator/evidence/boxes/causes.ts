import { KIND, tcpOptions } from '../../mptcp/tcp-options.ts';
import type { EchoCause } from '../../schemas/lists.ts';
import { type Answer, readScan, type ScanEvidence } from '../answers.ts';
import { has } from '../readings.ts';
import { isEcho } from '../signs.ts';

/** What made an echo of our option. A cause is named when its own rule holds for every echo of the endpoint and no other rule does. */

interface Echo {
  scan: ScanEvidence;
  answer: Answer;
}

interface CauseRule {
  name: EchoCause;
  sentence: string;
  source: string;
  when: (echoes: readonly Echo[]) => boolean;
}

/** Our IP identification; that of IPv6 is not known, and 0 is what many send. */
const isOurId = ({ scan: { ip_id, sent_ip_id } }: Echo) => ip_id !== null && ip_id !== 0 && ip_id === sent_ip_id;
const isOurWindow = ({ scan: { window, sent_window } }: Echo) =>
  window === 0 || (window !== null && window === sent_window);
/** Our option as we sent it. */
const isWhole = ({ answer }: Echo) => has(answer, 'option_echoed') || has(answer, 'token_returned');

function optionsOf({ scan }: Echo) {
  return [...tcpOptions(Buffer.from(scan.tcp_options ?? '', 'hex'))].filter(({ kind }) => kind > KIND.NOP);
}

function timestampsOf(echo: Echo): { value: string; reply: string } | null {
  const found = optionsOf(echo).find(({ kind, bytes }) => kind === KIND.TIMESTAMPS && bytes.length === 10);
  return found === undefined
    ? null
    : { value: found.bytes.toString('hex', 2, 6), reply: found.bytes.toString('hex', 6, 10) };
}

const noReply = '00000000';

/** Its times are ours: it has no clock of its own. */
function returnsOurTimes(echo: Echo): boolean {
  const times = timestampsOf(echo);
  return times !== null && times.reply === noReply && times.value !== noReply && times.value === echo.scan.sent_tsval;
}

const isOurOrder = ({ scan }: Echo) =>
  scan.sent_options_order !== null && scan.options_order === scan.sent_options_order;

/** What stands before our option is another's: other kinds, or in another order. */
function isOthersOrder(echo: Echo): boolean {
  if (echo.scan.sent_options_order === null || echo.scan.options_order === null) return false;
  const named = (order: string) =>
    order.split(',').filter((name) => name !== 'nop' && name !== 'eol' && name !== 'mptcp');
  return named(echo.scan.options_order).join() !== named(echo.scan.sent_options_order).join();
}

const isLast = (echo: Echo) => optionsOf(echo).at(-1)?.kind === KIND.MPTCP;
/** Our option came back without the one beside it. */
const leavesCanary = (echoes: readonly Echo[]) =>
  echoes.some(({ answer }) => answer.probe.word === 'canary') &&
  !echoes.some(({ answer }) => has(answer, 'canary_returned'));

/** Longer than what we sent, which it begins with. */
function isFilledUp({ scan, answer }: Echo): boolean {
  const [sent, option] = [scan.sent_option, scan.options_mptcp[0]];
  if (sent == null || option === undefined || option.length <= sent.length) return false;
  return sent.slice(4) === option.slice(4, sent.length) && option.startsWith('1e0c') && answer.shown?.length === 12;
}
const hasOwnTail = ({ answer }: Echo) => has(answer, 'key_zero') || (answer.shown?.version ?? 0) > 1;

export const echoCauses: readonly CauseRule[] = [
  {
    name: 'syn_reflected',
    sentence:
      'Every echo has the IP identification of our SYN, and our window or none; of several SYNs the identification alone is enough.',
    source:
      'public code of SYN proxies that turn the SYN into the SYN/ACK (LVS as published by Alibaba, DPVS): IP identification, window, order and unknown options stay',
    when: (echoes) =>
      echoes.every(isOurId) && (echoes.every(isOurWindow) || new Set(echoes.map(({ answer }) => answer.syn)).size > 1),
  },
  {
    name: 'everything_returned',
    sentence:
      'Every echo has all our options in our order, with our clock for its own and none returned, in a packet of its own.',
    source: 'RFC 7323, 3.2: a SYN/ACK returns our clock as TSecr and has its own as TSval',
    when: (echoes) =>
      echoes.every((echo) => !isOurId(echo) && isOurOrder(echo) && isWhole(echo) && returnsOurTimes(echo)),
  },
  {
    name: 'option_appended',
    sentence:
      'Every echo is a SYN/ACK of another sender, by IP identification and clock, that ends with our option as we sent it; its other options are not ours, or the canary beside ours did not come back.',
    source: 'erratum of the 2015 paper: mirrors in front of servers without MPTCP',
    when: (echoes) =>
      echoes.every((echo) => !isOurId(echo) && isWhole(echo) && isLast(echo) && !returnsOurTimes(echo)) &&
      (echoes.every(isOthersOrder) || leavesCanary(echoes)),
  },
  {
    name: 'option_padded',
    sentence:
      'What was shorter than twelve bytes came back filled up to twelve behind what we sent: with zeros, or for a version that does not exist.',
    source:
      'RFC 8684, 3.1: a server draws a key and offers its own version; measured: boxes that fill v1 up and return v0 as it is',
    when: (echoes) =>
      echoes.every((echo) => !isOurId(echo) && (isFilledUp(echo) || isWhole(echo))) &&
      echoes.some((echo) => isFilledUp(echo) && hasOwnTail(echo)),
  },
];

/** @param scans all replies of an endpoint */
export function echoCauseOf(scans: readonly ScanEvidence[]): EchoCause | null {
  const all = scans
    .map((scan) => ({ scan, answer: readScan(scan).answer }))
    .filter(({ answer }) => answer.packet === 'synack');
  const echoes = all.filter(({ answer }) => isEcho(answer));
  if (echoes.length === 0) return null;
  const fitting = echoCauses.filter((rule) => rule.when(echoes));
  return fitting.length === 1 ? (fitting[0]?.name ?? null) : null;
}
