import { z } from 'zod';
import { hexOptions } from '../../mptcp/hex-options.ts';
import { KIND } from '../../mptcp/tcp-options.ts';
import { Classification, Missing } from '../../schemas/lists.ts';
import { oneSpelling } from './spelling.ts';

const text = (what: string) => z.string().nullable().describe(what);
const number = (what: string) => z.int().nullable().describe(what);
/** Fields that modules of before 2026-11 do not print, or that a user's own list of fields may lack: null then. */
const optionalText = (what: string) => z.string().nullable().default(null).describe(what);
const optionalNumber = (what: string) => z.int().nullable().default(null).describe(what);
/** Fields that no record is made from: known, not asked for, and of whatever type (numbers in 2.1.1, booleans in 4.x). */
const unused = (what: string) => z.unknown().optional().describe(what);

/** The end of the year 9999: later ones have no four digits in ISO 8601, and far later ones are no time to JavaScript. */
const lastSecond = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000;

/** Fields that zmap gives with every reply of any probe module, as 4.x spells them (oneSpelling). */
export const zmapFields = {
  saddr: z.string().describe('address that the reply came from'),
  saddr_raw: unused('the same as a number in network order, signed in 2.1.1'),
  daddr: optionalText('our address'),
  daddr_raw: unused('the same as a number in network order, signed in 2.1.1'),
  ipid: optionalNumber('IP identification of the reply'),
  ttl: z.int().describe('TTL of the reply on arrival'),
  success: unused('when the probe module counts the reply as a success'),
  repeat: unused('when the address had a success before'),
  cooldown: unused('when the reply came after the last probe was sent'),
  timestamp_str: unused('arrival, milliseconds'),
  timestamp_ts: z.int().min(0).max(lastSecond).describe('arrival, seconds since 1970'),
  timestamp_us: z.int().min(0).max(999_999).describe('arrival, microseconds of the second'),
  'saddr-raw': unused('saddr_raw in 2.1.1'),
  'daddr-raw': unused('daddr_raw in 2.1.1'),
  'timestamp-str': unused('timestamp_str in 2.1.1'),
  'timestamp-ts': unused('timestamp_ts in 2.1.1'),
  'timestamp-us': unused('timestamp_us in 2.1.1'),
};

/** Stands for the quoted options where the fields were chosen without them. */
export const notAsked = 'not asked';

/** One reply as zmap prints it with our module (zmap-module/README.md); which of its fields a run asks for: fields.ts. */
export const replyFields = {
  ...zmapFields,
  saddr: unused('address that the reply came from: icmp_hop, or target'),
  target: z.string().describe('address that was probed'),
  classification: Classification.describe('what the reply shows'),
  app_success: unused('evidence of MPTCP'),
  probe: z.string().describe('kind of probe'),
  probe_num: z
    .int()
    .min(0)
    .default(0)
    .describe('which of the probes to the target, those of earlier passes among them'),
  sport: z.int().min(0).max(65_535).describe('port that was probed'),
  dport: optionalNumber('source port of the probe'),
  seq: optionalText('sequence number of the reply, hex'),
  ack: optionalText('acknowledgement number of the reply, hex'),
  window: number('TCP window'),
  tcp_flags: optionalText('TCP flags, hex'),
  ip_id: optionalNumber('IP identification of the reply; older modules leave it to zmap, as ipid'),
  ip_df: z.union([z.boolean(), z.int()]).nullable().default(null).describe('IP "do not fragment" of the reply'),
  ip_tos: optionalNumber('TOS byte or traffic class of the reply'),
  sent_seq: optionalText('our initial sequence number, hex'),
  sent_tsval: optionalText('TSval sent, hex'),
  sent_window: optionalNumber('TCP window sent'),
  sent_ip_id: optionalNumber('IP identification sent'),
  sent_options_order: optionalText('names of the options sent, in order'),
  sent_version: z.int().min(0).max(15).nullable().describe('MPTCP version sent'),
  sent_flags: text('MP_CAPABLE flags sent, hex'),
  sent_key: text('key sent, hex'),
  sent_option: text('option sent, hex'),
  sent_ttl: unused('TTL sent'),
  mptcp_option: text('option of kind 30 that was judged, hex'),
  mptcp_options: text('all options of kind 30, hex, comma separated'),
  mptcp_length: unused('length that the option states'),
  mptcp_subtype: unused('subtype'),
  mptcp_version: number('version of an MP_CAPABLE'),
  mptcp_flags: text('flags of an MP_CAPABLE, hex'),
  mptcp_key: text('key of an MP_CAPABLE, hex'),
  faults: z.string().describe('faults, comma separated'),
  tcp_options: text('whole option area, hex'),
  options_order: text('names of the options in order'),
  rtt_us: number('round trip, microseconds'),
  rtt_missing: Missing.nullable().describe('why there is no round trip'),
  rtt_source: text('what the round trip was read from'),
  icmp_type: number('ICMP type'),
  icmp_code: number('ICMP code'),
  icmp_hop: text('address that sent the ICMP error'),
  icmp_quoted_option: text('option of kind 30 in the quoted SYN, hex; null also when the quote ends before it'),
  icmp_quoted_options: z
    .string()
    .nullable()
    .default(notAsked)
    .describe('all options of the quoted SYN, hex; null when not quoted whole'),
  icmp_quoted_order: unused('their names in order'),
};

const Whole = z.looseObject(replyFields);
/** What is made use of. All of it is always there, so that the parser makes a reply in one piece. */
const Reply = Whole.strip().omit({
  ...{ saddr: true, saddr_raw: true, daddr_raw: true, success: true, repeat: true, cooldown: true },
  ...{ 'saddr-raw': true, 'daddr-raw': true, 'timestamp-str': true, 'timestamp-ts': true, 'timestamp-us': true },
  ...{ app_success: true, sent_ttl: true, mptcp_length: true, mptcp_subtype: true },
  ...{ timestamp_str: true, icmp_quoted_order: true },
});
type Reply = z.infer<typeof Reply>;
type Kind = Pick<Reply, 'classification' | 'probe' | 'sent_version' | 'rtt_missing'>;

const errors: readonly string[] = ['icmp_unreachable', 'icmp_ttl_exceeded'];
/** By its area: one that is broken before an option of kind 30 is malformed without it, and a canary returned alone is an echo. */
const byArea: readonly string[] = ['malformed', 'echoed'];
const withoutOption: readonly string[] = [...errors, ...byArea, 'synack_no_option', 'rst'];
const ofOption = ['mptcp_option', 'mptcp_options'] as const satisfies readonly (keyof Reply)[];

/**
 * What a reply always has a value for. Since 4.x leaves out what has none, only this tells a field that was not chosen (`-f`)
 * from one without a value: the former must not be read as "there was none".
 */
const valued: { when: (reply: Kind) => boolean; fields: readonly (keyof Reply)[] }[] = [
  { when: ({ classification }) => errors.includes(classification), fields: ['icmp_type', 'icmp_code', 'icmp_hop'] },
  {
    when: ({ classification }) => !errors.includes(classification),
    fields: ['window', 'tcp_options', 'options_order'],
  },
  {
    when: ({ classification }) => !withoutOption.includes(classification),
    fields: ofOption,
  },
  {
    when: ({ classification }) => classification === 'mp_capable',
    fields: ['mptcp_version', 'mptcp_flags', 'mptcp_key'],
  },
  { when: ({ probe }) => probe !== 'plain', fields: ['sent_option'] },
  { when: ({ probe }) => probe !== 'plain' && probe !== 'join', fields: ['sent_version', 'sent_flags'] },
  { when: ({ sent_version }) => sent_version === 0, fields: ['sent_key'] },
  { when: ({ rtt_missing }) => rtt_missing === null, fields: ['rtt_us'] },
];

/** The kind of reply that came last, with the fields that `valued` names for it: most replies are of the same. */
let last: { kind: Kind; fields: readonly (keyof Reply)[] } | null = null;

function valuedFields({ classification, probe, sent_version, rtt_missing }: Reply): readonly (keyof Reply)[] {
  const before = last?.kind;
  if (
    last === null ||
    before?.classification !== classification ||
    before.probe !== probe ||
    before.sent_version !== sent_version ||
    before.rtt_missing !== rtt_missing
  ) {
    const kind = { classification, probe, sent_version, rtt_missing };
    last = { kind, fields: valued.flatMap(({ when, fields }) => (when(kind) ? fields : [])) };
  }
  return last.fields;
}

/** Fields of this very reply that are due beside those of its kind. */
function fieldsByArea({ tcp_options }: Reply): readonly (keyof Reply)[] {
  return hexOptions(tcp_options ?? '').some(({ kind }) => kind === KIND.MPTCP) ? ofOption : [];
}

/** A row with its values under the names that the schema knows. */
export const spelled = oneSpelling(replyFields, Object.keys(Reply.shape));

export const ZmapRaw = z.preprocess(
  spelled,
  Reply.superRefine((reply, context) => {
    const due = valuedFields(reply);
    for (const field of byArea.includes(reply.classification) ? [...due, ...fieldsByArea(reply)] : due) {
      if (reply[field] !== null) continue;
      context.addIssue({ code: 'custom', path: [field], message: `no value, which ${reply.classification} has` });
    }
  }),
);
export type ZmapRaw = z.infer<typeof ZmapRaw>;

const count = (what: string) => z.int().describe(what);

/** Of what zmap says of its own work when it is through (`--metadata-file`), what tells whether all was sent, read and written. */
const work = {
  send_to_failures: count('targets that the interface did not take'),
  pcap_recv: count('packets that the capture took'),
  pcap_drop: count('packets that the capture lost: replies among them'),
  pcap_ifdrop: count('packets that the interface lost'),
  success_total: count('replies that count as a success'),
  failure_total: count('other replies'),
};
/** Of the plug-in alone, and of that only where it watches a table. */
const kept = {
  opted_out: count('of the targets sent to, those that opted out while zmap sent: nothing was sent to them')
    .nullable()
    .default(null),
  opted_out_packets: count('packets that were not sent for that reason').default(0),
};
const allowed = count('targets: addresses allowed and not blocked');
const sent = count('targets that were sent their probes');
const Stock = z
  .looseObject({ ...work, ...kept, blacklist_total_allowed: allowed, total_sent: sent })
  .transform((said) => ({ ...said, allowed: said.blacklist_total_allowed, sent: said.total_sent }));
/** 4.x, main and ZMapv6. */
const Tree = z
  .looseObject({ ...work, ...kept, blocklist_total_allowed: allowed, targets_scanned: sent })
  .transform((said) => ({ ...said, allowed: said.blocklist_total_allowed, sent: said.targets_scanned }));

/** One row for both. zmap counts in 32 bits at some places: larger numbers come back negative. */
export const ZmapMetadata = z.union([Stock, Tree]).transform((said) => ({
  allowed: said.allowed >>> 0,
  sent: said.sent >>> 0,
  watched: said.opted_out !== null,
  opted_out: said.opted_out ?? 0,
  opted_out_packets: said.opted_out_packets,
  send_failures: said.send_to_failures,
  received: said.pcap_recv,
  dropped: said.pcap_drop + said.pcap_ifdrop,
  replies: (said.success_total + said.failure_total) >>> 0,
}));
export type ZmapMetadata = z.infer<typeof ZmapMetadata>;
