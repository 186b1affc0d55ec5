import { handshakeEvidenceFields, quietArea, scanEvidenceFields } from '../../evidence/plain.ts';
import { SynAck } from '../../schemas/lists.ts';
import { kindSql, saidSql } from '../units/controls.ts';

const synackWords = SynAck.options.map((word) => `'${word}'`).join(', ');

/** SQL over `scan`: what of a plain reply is kept (evidence/plain.ts), as one text; the probe's word, which may hold anything, stands last. */
export const keptOfPlain = {
  classification: 'classification',
  sent_version: "coalesce(CAST(sent_version AS VARCHAR), '-')",
  numbered: "CASE WHEN source_port IS NOT NULL AND ack IS NOT NULL THEN '1' ELSE '0' END",
  probe: 'probe',
} as const;

/** SQL over `scan`: conditions that a reply of a plain host meets. */
export const plainReply = {
  options_mptcp: 'len(options_mptcp) = 0',
  faults: 'len(faults) = 0',
  tcp_options: `(tcp_options IS NULL OR regexp_full_match(tcp_options, '${quietArea}'))`,
} as const;

/**
 * SQL over what unjudgedSql joins: other reasons why a host is not plain. Replies that can be one packet have an equal `packet`; others have
 * so by chance, which harms nothing. Of two replies the least and the greatest are all.
 */
export const notPlain = {
  packet: '((count = 2 AND least_packet = greatest_packet) OR repeated.address IS NOT NULL)',
  handshake: 'connected.address IS NOT NULL',
} as const;

/** SQL of all replies of a run: to the scan, and to second opinions. */
const replies = '(SELECT *, false AS opinion FROM scan UNION ALL BY NAME SELECT *, true AS opinion FROM confirm)';

/**
 * One narrow row per reply. Round trips are those of the scan, as ever: a run with second opinions has no other than one without. `why` is
 * the reason that a host without round trip shows: that of its first reply.
 * @param within SQL: condition of the rows
 */
export function repliesSql(within: string): string {
  return `
  SELECT address, port,
    CASE WHEN ${Object.values(plainReply).join(' AND ')} THEN concat_ws(' ', ${Object.values(keptOfPlain).join(', ')}) END AS kind,
    CASE WHEN classification IN (${synackWords}) AND source_port IS NOT NULL AND ack IS NOT NULL AND seq IS NOT NULL
      THEN hash(address, port, source_port, ack, seq) ELSE hash(address, port, probe, source_port, ack, seq) END AS packet,
    CASE WHEN NOT opinion THEN rtt_us END AS rtt_us,
    CASE WHEN NOT opinion AND rtt_us IS NULL AND rtt_us_missing IS NOT NULL
      THEN concat_ws(' ', probe, classification, coalesce(option, '~'), coalesce(sent_option, '~'), rtt_us_missing) END AS why,
    received_at, CASE WHEN NOT opinion THEN ${saidSql} END AS said
  FROM ${replies} WHERE ${within}`;
}

const evidenceText = scanEvidenceFields.map((field) => `'${field}': "${field}"`).join(', ');

/** SQL of the evidence of replies, in order of their endpoint. */
export function evidenceOf(rows: string): string {
  return `SELECT address, port, {${evidenceText}} AS evidence FROM ${rows} ORDER BY address, port`;
}

/**
 * SQL of the evidence of the hosts of a range that are judged by their own.
 * @param of SQL of the unjudged hosts of the range, and the condition of its rows
 */
export function evidenceSql(of: { unjudged: string; within: string }): string {
  return evidenceOf(
    `(FROM ${replies} SEMI JOIN (FROM ${of.unjudged} WHERE own) USING (address, port) WHERE ${of.within})`,
  );
}

const connectionText = handshakeEvidenceFields.map((field) => `'${field}': "${field}"`).join(', ');

/** SQL of what connections say, in order of their endpoint, each a text: many say the same. */
export function connectionEvidenceSql(connections: string): string {
  return `SELECT address, port, CAST(to_json({${connectionText}}) AS VARCHAR) AS evidence FROM ${connections} ORDER BY address, port`;
}

/** Addresses that can be special-purpose, by their first octet or group; the rest is global. */
export function unsureSql(hosts: string, sure: readonly string[]): string {
  return `SELECT DISTINCT address FROM ${hosts} WHERE NOT list_contains([${sure.join(', ')}], ${headSql}) ORDER BY address`;
}

/** The first octet of an IPv4 address, the first group of an IPv6 address, each with what follows it. */
export const headSql = "regexp_extract(address, '^[^.:]*[.:]')";

/** Every head among these addresses, once. It stands in the first five characters: the expression is asked of few of them, not of every address. */
export function headsSql(hosts: string): string {
  return `SELECT DISTINCT ${headSql} AS head FROM (SELECT DISTINCT left(address, 5) AS address FROM ${hosts})`;
}

/** One row per host: what its replies add up to. `kinds` describes a plain host: which kinds of replies came; one without a bit makes it `odd`. */
const summedSql = `
    SELECT address, port, CAST(bit_or(bit) AS VARCHAR) AS kinds, min(rtt_us) AS syn_rtt_us, string_split(min(why), ' ')[-1] AS why,
      min(received_at) AS first_reply_at, max(received_at) AS last_reply_at, ${kindSql} AS kind,
      bool_or(bit IS NULL) AS odd, count(*) AS count, min(packet) AS least_packet, max(packet) AS greatest_packet
    FROM replies LEFT JOIN kinds USING (kind)
    GROUP BY address, port`;

/**
 * The hosts of a range before they are judged: `own` by their own evidence, the others by their kinds of replies and their scope.
 * @param of SQL of what the range has of `replies` and `connections`
 */
export function unjudgedSql(of: { replies: string; connections: string }): string {
  return `
    WITH replies AS (FROM ${of.replies}), summed AS MATERIALIZED (${summedSql}),
      repeated AS (
        SELECT DISTINCT address, port FROM (
          SELECT address, port FROM replies SEMI JOIN (FROM summed WHERE count > 2) USING (address, port)
          GROUP BY address, port, packet HAVING count(*) > 1
        )
      ),
      connected AS (SELECT DISTINCT address, port FROM ${of.connections})
    SELECT summed.* EXCLUDE (odd, count, least_packet, greatest_packet), odd OR ${notPlain.packet} OR ${notPlain.handshake} AS own
    FROM summed
    LEFT JOIN repeated USING (address, port)
    LEFT JOIN connected USING (address, port)`;
}
