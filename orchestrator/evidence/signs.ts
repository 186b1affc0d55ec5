import { MP_CAPABLE, MP_JOIN, subtypeOf } from '../mptcp/option.ts';
import type { Answer } from './answers.ts';
import { brokenWalk } from './classify.ts';
import { constant } from './keys.ts';
import { isGrease } from './probes.ts';
import { carries, has } from './readings.ts';

/** Signs in one answer that its MPTCP option is not the server's own. verdict.ts says what follows from them. */
export interface Sign {
  name: string;
  sentence: string;
  source: string;
  of: (answer: Answer) => boolean;
}

const erratum = 'erratum of the 2015 paper: mirrors return our key';
/** zmap's mark in every packet it sends; older records do not hold what we sent. */
export const zmapIpId = 54321;
export const moduleWindow = 64240;

/** A broken walk hides what follows it: nothing is concluded from that. */
const walked = (answer: Answer) => answer.packet === 'synack' && !has(answer, ...brokenWalk);
const asksVersion = ({ probe }: Answer) => probe.asks !== null && !isGrease(probe);
const subtype = ({ shown }: Answer) => (shown?.option == null ? null : subtypeOf(shown.option));

function keyFault(name: 'key_byte_swapped' | 'key_truncated' | 'key_derived' | 'key_zero', sentence: string): Sign {
  const source = name === 'key_zero' ? 'RFC 8684, 3.1, a key is random' : erratum;
  return { name, sentence, source, of: (answer) => walked(answer) && has(answer, name) };
}

/** A key that already has a fault needs no other name. */
function related(answer: Answer, ...names: string[]): boolean {
  if (!walked(answer) || has(answer, 'key_echoed', 'key_byte_swapped', 'key_truncated', 'key_derived')) return false;
  return names.some((name) => answer.keyRelations.includes(name));
}

/** Signs in the option that answers MP_CAPABLE. */
export const signs: readonly Sign[] = [
  {
    name: 'v1_four_bytes',
    sentence: 'The four bytes of our v1 SYN came back with other flags, where a 12-byte option with a key is required.',
    source: 'RFC 8684, 3.1',
    of: (answer) =>
      walked(answer) &&
      asksVersion(answer) &&
      answer.shown?.length === 4 &&
      answer.shown.version === 1 &&
      !has(answer, 'option_echoed'),
  },
  {
    name: 'option_echoed',
    sentence: 'Our option came back byte for byte.',
    source: erratum,
    of: (answer) => walked(answer) && asksVersion(answer) && has(answer, 'option_echoed'),
  },
  {
    name: 'key_echoed',
    sentence: 'Our key came back in an option that is not ours.',
    source: erratum,
    of: (answer) => walked(answer) && has(answer, 'key_echoed') && !has(answer, 'option_echoed'),
  },
  keyFault('key_byte_swapped', 'Our key came back with its bytes in another order, or as the complement of that.'),
  keyFault('key_truncated', 'The beginning of our key came back, followed by zeros or nothing.'),
  keyFault('key_derived', 'The key holds four bytes or more of ours, or of its complement, in a row.'),
  keyFault('key_zero', 'The key is zero: an option padded to the required length.'),
  {
    name: 'key_constant',
    sentence: 'The same key answered more than one SYN: it is not drawn for a connection.',
    source: 'RFC 8684, 3.1, a key is unique',
    of: (answer) => related(answer, constant),
  },
  {
    name: 'key_sent',
    sentence: 'The key is one that we sent in another SYN.',
    source: erratum,
    of: (answer) => related(answer, 'sent') && !related(answer, constant),
  },
  {
    name: 'key_related',
    sentence:
      'The key is derived from our sequence number, timestamp or key, here or in several replies alike, holds a word of the packet around it, shares bytes with other keys of the host, or is one byte repeated.',
    source: 'RFC 8684, 3.1, a key is random; relations in keys.ts, shapes in key-shapes.ts',
    of: (answer) =>
      related(answer, ...answer.keyRelations.filter((name) => name !== constant && name !== 'sent')) &&
      !related(answer, constant, 'sent'),
  },
];

/** Signs about whoever answers at this address and port, in the answer to any probe. */
export const endpointSigns: readonly Sign[] = [
  {
    name: 'grease_copied',
    sentence: 'The reply accepted a version that does not exist.',
    source: 'RFC 8684, 3.1, version negotiation',
    of: (answer) => walked(answer) && isGrease(answer.probe) && carries(answer) && (answer.shown?.version ?? 0) > 1,
  },
  {
    name: 'canary_returned',
    sentence: 'An option of an unassigned kind came back: every MPTCP option this box returns is treated as an echo.',
    source: 'RFC 9293, 3.1: unknown options are ignored; paper, erratum',
    of: (answer) => walked(answer) && has(answer, 'canary_returned'),
  },
  {
    name: 'join_returned',
    sentence: 'Our MP_JOIN or its token came back.',
    source: 'RFC 8684, 3.2: an HMAC is in that place',
    of: (answer) => walked(answer) && has(answer, 'token_returned'),
  },
  {
    name: 'random_join_accepted',
    sentence: 'An MP_JOIN with a random token was accepted: nobody looked the token up.',
    source: 'RFC 8684, 3.2: an unknown token is refused',
    of: (answer) =>
      walked(answer) && answer.probe.word === 'join' && subtype(answer) === MP_JOIN && !has(answer, 'token_returned'),
  },
  {
    name: 'option_unasked',
    sentence: 'A SYN without MP_CAPABLE was answered with MP_CAPABLE: the option is added to every SYN/ACK.',
    source: 'RFC 8684, 3.1: MP_CAPABLE answers MP_CAPABLE',
    of: (answer) => walked(answer) && answer.probe.asks === null && subtype(answer) === MP_CAPABLE,
  },
  {
    name: 'packet_reflected',
    sentence:
      "The SYN/ACK is our SYN turned around: zmap's IP identification, our window or zero, and our option order.",
    source: 'public code of SYN proxies that turn the SYN into the SYN/ACK; Linux 6.18 sends IP identification 0',
    of: (answer) => walked(answer) && carries(answer) && isReflected(answer),
  },
];

/** An answer that shows any sign. */
export const isEcho = (answer: Answer) => [...signs, ...endpointSigns].some((sign) => sign.of(answer));

/** Options that a SYN proxy of public code overwrites with NOPs when it turns our SYN around. */
const overwritten = ['ts', 'ws'];

/** Our options in our order, apart from padding and from what a proxy overwrites. */
function isOurOrder(order: string | null, sent: string): boolean {
  const names = (order ?? '').split(',').filter((name) => name !== 'nop');
  const ours = sent.split(',').filter((name) => name !== 'nop');
  const kept = ours.filter((name) => names.includes(name) || !overwritten.includes(name));
  return kept.join() === names.join();
}

/** An unknown order or window does not count against it: IP identifications agree once in 65,536. One public proxy sends a window of 0. */
function isReflected({ header }: Answer): boolean {
  const { ip_id, sent_ip_id, window, sent_window, options_order, sent_options_order } = header;
  if (ip_id === null || ip_id !== (sent_ip_id ?? zmapIpId)) return false;
  if (window !== 0 && window !== (sent_window ?? moduleWindow)) return false;
  return sent_options_order === null || isOurOrder(options_order, sent_options_order);
}
