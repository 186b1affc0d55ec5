import type { DuckDBInstance } from '@duckdb/node-api';
import { z } from 'zod';
import { rows } from '../../core/database/duckdb.ts';
import { plural } from '../../report/format.ts';
import { countOf, type Row } from '../../report/rows.ts';
import type { Column, Table } from '../../report/tables/table.ts';
import type { TrafficCapture } from '../../schemas/records/traffic/capture.ts';

const Cells = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));

/** A table of the report: its SQL over connections, subflows, clients and servers, and what it means. */
interface Query extends Omit<Table, 'rows' | 'denominator'> {
  sql: string;
  denominator: (rows: Row[], capture: TrafficCapture) => string;
}

const word: Column = { key: 'what', title: 'What', kind: 'text' };
const n: Column = { key: 'n', title: 'Count', kind: 'count' };
const share: Column = { key: 'share', title: 'Share', kind: 'percent', bar: true };

const offered = `(SELECT UNNEST(offered_versions) AS offered, answer, state FROM connections WHERE opening = 'offered')`;
const counted = (of: string) => `100.0 * count(*) / nullif((SELECT count(*) FROM ${of}), 0) AS share`;

const queries: Query[] = [
  {
    id: 'offers',
    title: 'Offers of MPTCP, by version',
    columns: [
      { key: 'version', title: 'Version', kind: 'id' },
      { key: 'offers', title: 'Offers', kind: 'count' },
      { key: 'accepted', title: 'Accepted', kind: 'count' },
      { key: 'share', title: 'of answered', kind: 'percent', bar: true },
      { key: 'plain', title: 'No option', kind: 'count' },
      { key: 'echoed', title: 'Echoed', kind: 'count' },
      { key: 'odd', title: 'Other option', kind: 'count' },
      { key: 'refused', title: 'RST', kind: 'count' },
      { key: 'silent', title: 'No answer', kind: 'count' },
    ],
    sql: `SELECT offered AS version, count(*) AS offers, count(*) FILTER (answer = 'mp_capable') AS accepted,
      100.0 * count(*) FILTER (answer = 'mp_capable') / nullif(count(*) FILTER (answer IN ('mp_capable', 'synack_no_option', 'echoed', 'version_mismatch', 'malformed', 'other_subtype')), 0) AS share,
      count(*) FILTER (answer = 'synack_no_option') AS plain, count(*) FILTER (answer = 'echoed') AS echoed,
      count(*) FILTER (answer IN ('version_mismatch', 'malformed', 'other_subtype')) AS odd,
      count(*) FILTER (answer IN ('rst', 'mp_tcprst')) AS refused, count(*) FILTER (answer IN ('none', 'cut', 'not_captured')) AS silent
      FROM ${offered} GROUP BY offered ORDER BY offered`,
    denominator: (rows, { syns, capable_syns }) =>
      `${plural(
        rows.reduce((sum, row) => sum + countOf(row, 'offers'), 0),
        'offer',
        'offers',
      )}; ${plural(capable_syns, 'SYN packet', 'SYN packets')} with MP_CAPABLE out of ${plural(syns, 'TCP SYN', 'TCP SYNs')} in all, both including retransmissions.`,
    meaning:
      'A connection whose SYN offers two versions counts in both. Accepted: the SYN/ACK has a key of its own, in a version that was offered. Echoed: it returns what was sent, as mirroring middleboxes do, which is not support. No answer: none was captured, or its options were cut. Of answered: accepted offers, of those answered by a SYN/ACK.',
    empty: 'The capture has no SYN with a well-formed MP_CAPABLE.',
  },
  {
    id: 'connections',
    title: 'Outcome of connections',
    columns: [word, n, share],
    sql: `SELECT CASE WHEN state = 'fell_back' THEN 'fell back by ' || coalesce(fell_back_by, 'either') ELSE replace(state, '_', ' ') END AS what,
      count(*) AS n, ${counted('connections')} FROM connections GROUP BY what ORDER BY n DESC, what`,
    denominator: (rows) => `${plural(total(rows), 'connection or offer', 'connections and offers')}.`,
    meaning:
      'mptcp: DSS options show it (from the server, where its packets were captured). fell back by client or server: that side was the first to omit an option that it had to send. unknown: the packets that would tell are not in the capture.',
    empty: 'The capture has no connection with an MPTCP option.',
  },
  {
    id: 'joins',
    title: 'Joins (MP_JOIN), by outcome',
    columns: [word, n, share],
    sql: `SELECT CASE WHEN answer IN ('rst', 'mp_tcprst') THEN 'refused by RST'
        WHEN synack_hmac = 'valid' AND ack_hmac = 'valid' THEN 'both HMACs valid'
        WHEN synack_hmac = 'invalid' OR ack_hmac = 'invalid' THEN 'an HMAC is invalid'
        WHEN hmac_missing IS NOT NULL THEN 'not verified: ' || replace(hmac_missing, '_', ' ')
        WHEN synack_hmac = 'valid' THEN 'HMAC of the SYN/ACK valid, no third ACK'
        WHEN answer = 'synack_no_option' THEN 'answered without MP_JOIN'
        WHEN answer = 'none' THEN 'no answer' ELSE 'other: ' || replace(answer, '_', ' ') END AS what,
      count(*) AS n, ${counted("subflows WHERE kind = 'join'")} FROM subflows WHERE kind = 'join' GROUP BY what ORDER BY n DESC, what`,
    denominator: (rows) => `${plural(total(rows), 'stream', 'streams')} with MP_JOIN.`,
    meaning:
      "A join can only be verified if the capture has both nonces and the keys, which are only sent in the handshake of the connection's first subflow.",
    empty: 'The capture has no MP_JOIN.',
  },
  {
    id: 'sessions',
    title: 'Multipath sessions',
    columns: [word, n, share],
    sql: `WITH mptcp AS (SELECT * FROM connections WHERE state = 'mptcp')
      SELECT * FROM (
        SELECT 1 AS position, 'functional: two subflows or more in use' AS what, count(*) FILTER (functional) AS n, 100.0 * count(*) FILTER (functional) / nullif(count(*), 0) AS share FROM mptcp
        UNION ALL SELECT 2, 'unknown whether functional', count(*) FILTER (functional IS NULL), 100.0 * count(*) FILTER (functional IS NULL) / nullif(count(*), 0) FROM mptcp
        UNION ALL SELECT 3, 'more than one subflow accepted', count(*) FILTER (subflows > 1), 100.0 * count(*) FILTER (subflows > 1) / nullif(count(*), 0) FROM mptcp
        UNION ALL SELECT 4, 'one subflow', count(*) FILTER (subflows <= 1), 100.0 * count(*) FILTER (subflows <= 1) / nullif(count(*), 0) FROM mptcp)
      WHERE (SELECT count(*) FROM mptcp) > 0 ORDER BY position`,
    denominator: () => 'Of connections that used MPTCP.',
    meaning:
      'Functional: the handshakes of at least two subflows verify with the keys of the connection, and data with a DSS mapping was acknowledged on each, by TCP and by a DATA_ACK. The rows overlap.',
    empty: 'The capture has no connection that used MPTCP.',
  },
  {
    id: 'announcements',
    title: 'Announced addresses',
    columns: [
      { key: 'by', title: 'By', kind: 'text' },
      { key: 'family', title: 'Family', kind: 'text' },
      { key: 'hmac', title: 'HMAC', kind: 'text' },
      n,
      { key: 'echoed', title: 'Echoed', kind: 'count' },
      { key: 'with_port', title: 'With port', kind: 'count' },
    ],
    sql: `SELECT coalesce(a."by", 'not known') AS "by", CASE WHEN contains(a.address, ':') THEN 'IPv6' ELSE 'IPv4' END AS family, a.hmac AS hmac,
      count(*) AS n, count(*) FILTER (a.echoed) AS echoed, count(*) FILTER (a.port IS NOT NULL) AS with_port
      FROM (SELECT UNNEST(announced) AS a FROM connections) GROUP BY ALL ORDER BY n DESC, "by", family, hmac`,
    denominator: (rows) => `${plural(total(rows), 'address', 'addresses')}, each counted once per connection.`,
    meaning:
      'ADD_ADDR options, without echoes of them. v0 has no HMAC; without the keys in the capture an HMAC is unverifiable. An invalid one may come from a NAT that rewrote the address.',
    empty: 'The capture has no ADD_ADDR.',
  },
  {
    id: 'signals',
    title: 'Failures and resets',
    columns: [word, { key: 'by', title: 'By', kind: 'text' }, { ...n, title: 'Connections' }],
    sql: `SELECT * FROM (
        SELECT 'MP_FAIL' AS what, 'client' AS "by", count(*) FILTER (client_mp_fail > 0) AS n FROM connections
        UNION ALL SELECT 'MP_FAIL', 'server', count(*) FILTER (server_mp_fail > 0) FROM connections
        UNION ALL SELECT 'MP_FASTCLOSE', 'client', count(*) FILTER (client_mp_fastclose > 0) FROM connections
        UNION ALL SELECT 'MP_FASTCLOSE', 'server', count(*) FILTER (server_mp_fastclose > 0) FROM connections
        UNION ALL SELECT CASE WHEN r.reason IS NULL THEN 'RST' ELSE 'RST with MP_TCPRST, reason ' || r.reason END, coalesce(r."by", 'not known'), count(*)
          FROM (SELECT UNNEST(resets) AS r FROM connections UNION ALL SELECT UNNEST(resets) FROM subflows WHERE connection IS NULL) GROUP BY ALL)
      WHERE n > 0 ORDER BY what, "by"`,
    denominator: () =>
      'Connections with at least one. A join whose connection is not in the capture counts as one stream.',
    meaning:
      'Reasons of MP_TCPRST: 0 unspecified, 1 MPTCP-specific, 2 lack of resources, 3 administratively prohibited, 4 too much outstanding data, 5 unacceptable performance, 6 middlebox interference.',
    empty: 'The capture has none.',
  },
  {
    id: 'bytes',
    title: 'Payload by kind of subflow',
    columns: [
      word,
      { key: 'n', title: 'Streams', kind: 'count' },
      { key: 'bytes', title: 'Bytes', kind: 'count' },
      share,
      { key: 'median', title: 'Median', kind: 'count' },
      { key: 'most', title: 'Most', kind: 'count' },
    ],
    sql: `SELECT what, count(*) AS n, CAST(sum(b) AS BIGINT) AS bytes, 100.0 * sum(b) / nullif(sum(sum(b)) OVER (), 0) AS share,
      CAST(quantile_disc(b, 0.5) AS BIGINT) AS median, max(b) AS most
      FROM (SELECT s.client_bytes + s.server_bytes AS b, CASE WHEN s.kind = 'join' THEN 'joined' WHEN c.state = 'mptcp' THEN 'first subflow of an MPTCP connection'
          ELSE 'no MPTCP connection, or not known to be one' END AS what
        FROM subflows s LEFT JOIN connections c ON c.connection = s.connection) GROUP BY what ORDER BY bytes DESC, what`,
    denominator: (_, { tcp_bytes }) => `Payload of all TCP in the capture: ${plural(tcp_bytes, 'byte', 'bytes')}.`,
    meaning:
      'TCP payload, both ways, of streams with an MPTCP option, whether they used MPTCP or fell back; retransmissions count again.',
    empty: 'The capture has no stream with an MPTCP option.',
  },
];

function total(rows: Row[]): number {
  return rows.reduce((sum, row) => sum + countOf(row, 'n'), 0);
}

/** All tables of the report. */
export async function trafficTables(database: DuckDBInstance, capture: TrafficCapture): Promise<Table[]> {
  const tables: Table[] = [];
  for (const { sql, denominator, ...rest } of queries) {
    const found: Row[] = [];
    for await (const row of rows(database, sql)) found.push(Cells.parse(row));
    tables.push({ ...rest, rows: found, denominator: denominator(found, capture) });
  }
  return tables;
}
