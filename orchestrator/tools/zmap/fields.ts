import { replyFields, zmapFields } from './raw.ts';

/** Fields that a run asks zmap for (`-f`), as 4.x spells them: those that any probe module has, and the module's. */
export interface AskedFields {
  zmap: readonly string[];
  module: readonly string[];
}

type Name = keyof typeof replyFields;

/**
 * Fields of the schema that a census does not ask for: a fifth of each line. Nothing is lost, for each
 * stands in what is kept, as said here; old runs and other people's files may have them. `daddr` is kept though no record has it:
 * with the part's secret and the address that we sent from, every key, port and sequence number can be computed again.
 */
export const notAsked = {
  saddr: 'icmp_hop of an ICMP error, target of anything else',
  saddr_raw: 'the number of saddr',
  daddr_raw: 'the number of daddr',
  success: 'true for a SYN/ACK: tcp_flags',
  app_success: 'follows from classification, probe and mptcp_version',
  repeat: 'an earlier line of the file has the same sender and a SYN/ACK',
  cooldown: 'whether zmap was through with sending; sent_tsval and the time of arrival say when this was',
  timestamp_str: 'timestamp_ts and timestamp_us, as text',
  probe_num: '0 in the first pass, which sends one probe to a target; later passes ask for it',
  sent_ttl: 'one for the whole run: 255 in the plug-in, probe_ttl in the metadata of the others',
  mptcp_length: 'second byte of mptcp_option',
  mptcp_subtype: 'first half of its third byte',
  icmp_quoted_order: 'the kinds in icmp_quoted_options',
} as const satisfies Partial<Record<Name, string>>;

/** What a later pass asks for besides: which SYN a reply answers. */
export const passField = 'probe_num';

export const scanFields: AskedFields = {
  zmap: Object.keys(zmapFields).filter((name) => !(name in notAsked) && !name.includes('-')),
  module: Object.keys(replyFields).filter((name) => !(name in zmapFields) && !(name in notAsked)),
};
