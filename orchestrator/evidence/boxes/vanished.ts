import type { QuoteShows, VanishCause } from '../../schemas/lists.ts';

/** Why an option that we sent is not in the SYN/ACK: named when one rule holds, and no other. */

/** What a sweep showed of the way, and the SYN/ACK that came. */
export interface Vanished {
  firstShows: QuoteShows | null;
  contradicted: number;
  /** An option of kind 30 is in the SYN/ACK. */
  offered: boolean;
  window: number | null;
  /** null in IPv6. */
  ipId: number | null;
  dontFragment: boolean | null;
  tos: number | null;
  order: string;
}

interface VanishRule {
  name: VanishCause;
  sentence: string;
  source: string;
  when: (seen: Vanished) => boolean;
}

/** As nf_synproxy_core.c writes them: MSS, then what the rule allows and the client asked for. */
const synproxyOrder = /^mss(,sackok,ts|,nop,nop,ts|,nop,nop,sackok)?(,nop,ws)?$/;

export const vanishCauses: readonly VanishRule[] = [
  {
    name: 'stripped_on_path',
    sentence: 'A hop quotes our SYN without the option, none behind it has it, and the SYN/ACK has none.',
    source: 'RFC 8684, 3.8; Tracebox: what a hop quotes is what arrived there',
    when: ({ firstShows, contradicted }) => firstShows === 'stripped' && contradicted === 0,
  },
  {
    name: 'syn_proxy',
    sentence:
      "The option was intact as far as hops tell, and the SYN/ACK is one that netfilter's synproxy sends: a window of 0, IP identification 0, DF, and its own order of options.",
    source:
      'Linux, net/netfilter/nf_synproxy_core.c; measured on 6.18. Programs for XDP by the same authors answer alike',
    when: ({ firstShows, window, ipId, dontFragment, tos, order }) =>
      firstShows === null &&
      window === 0 &&
      ipId === 0 &&
      dontFragment === true &&
      tos === 0 &&
      synproxyOrder.test(order),
  },
];

export function vanishCauseOf(seen: Vanished): VanishCause | null {
  if (seen.offered) return null;
  const fitting = vanishCauses.filter((rule) => rule.when(seen));
  return fitting.length === 1 ? (fitting[0]?.name ?? null) : null;
}
