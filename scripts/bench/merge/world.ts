import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBInstance } from '@duckdb/node-api';
import { z } from 'zod';
import { Config } from '../../../orchestrator/config/config.ts';
import { columnsOf } from '../../../orchestrator/core/database/columns.ts';
import { openDatabase, rows, runSql } from '../../../orchestrator/core/database/duckdb.ts';
import { sqlText } from '../../../orchestrator/core/database/sql.ts';
import { recordsLayout } from '../../../orchestrator/core/rows/records-file.ts';
import { roles } from '../../../orchestrator/roles.ts';

/** Records of a made-up census, in parts and laid out as a run leaves them: the same for the same arguments. */
export interface World {
  /** Addresses that answered; one in 16 at a second port, one in 33 is IPv6. */
  addresses: number;
  /** Share of endpoints that return an MPTCP option: of ten, eight mirror it, one is a server, one is odd. */
  mptcp: number;
}

/** What merge reads of each stage. */
export const tables = {
  targets: roles.list,
  resolve: roles.resolver,
  scan: roles.syn_prober,
  handshake: roles.connector,
  asn: roles.prefix_table,
  whois: roles.registry,
  geo: roles.geo_database,
  os: roles.fingerprint,
  path: roles.path_probe,
  confirm: roles.second_prober,
  hops: roles.hop_probe,
};
type Stage = keyof typeof tables;
const stages = Object.keys(tables).filter((name): name is Stage => name in tables);

/** SQL macros and the table h of endpoints: kind 0 shows nothing of MPTCP, 1 mirrors, 2 is a server, 3 is odd; dice from 0 to 99. */
function endpoints({ addresses, mptcp }: World): string[] {
  const step = Math.max(1, Math.floor(3_000_000_000 / addresses) - 1);
  const octet = (shift: number) => `CAST(((16777216 + i * ${step}) >> ${shift}) & 255 AS VARCHAR)`;
  const v6 = "'2a00:' || printf('%x', (i >> 16) + 1) || '::' || printf('%x', (i & 65535) + 1)";
  return [
    `CREATE MACRO v4(i) AS ${[24, 16, 8, 0].map(octet).join(" || '.' || ")}`,
    `CREATE MACRO addr(i) AS CASE WHEN i % 33 = 5 THEN ${v6} ELSE v4(i) END`,
    // hashed twice: once, the numbers of one host differ by the same bits at every host, which is what a key made of the SYN looks like
    "CREATE MACRO hex8(i, k) AS lower(printf('%08x', CAST(hash(hash(i, k)) % 4294967296 AS BIGINT)))",
    'CREATE MACRO hex16(i, k) AS hex8(i, k) || hex8(i, k + 1000)',
    "CREATE MACRO entry(i) AS 'name-' || printf('%x', hash(i, 4) % 4294967296) || '-' || CAST(i AS VARCHAR) || '.example'",
    `CREATE TABLE h AS
      SELECT i, addr(i) AS address, port, hash(i, 3) % 100 AS dice,
        CASE WHEN hash(i, 7) % 1000000 < ${Math.round(mptcp * 1e6)}
          THEN CASE hash(i, 9) % 10 WHEN 0 THEN 2 WHEN 1 THEN 3 ELSE 1 END ELSE 0 END AS kind
      FROM range(${addresses}) t(i), (VALUES (80), (443)) p(port) WHERE port = 80 OR i % 16 = 3`,
  ];
}

const option = `CASE kind
  WHEN 1 THEN CASE WHEN ver = 0 THEN '1e0c0001' || skey WHEN dice < 50 THEN '1e040101' ELSE '1e0c01010000000000000000' END
  WHEN 2 THEN CASE WHEN ver = 1 THEN '1e0c0101' || hex16(i, port) WHEN dice < 30 THEN '1e0c0001' || hex16(i, port + 1) END
  WHEN 3 THEN CASE WHEN dice < 30 THEN '1e0c0' || CAST(ver AS VARCHAR) || '011122334455667788' WHEN dice < 60 THEN '1e030101' ELSE '1e048001' END
END`;

/** Two replies per endpoint; some stand behind one packet, as modules of before 2026-12 had it. */
const replies = `
  SELECT *, CASE WHEN shared THEN 40001 ELSE 40001 + ver END AS source_port, hex8(i, CASE WHEN shared THEN 41 ELSE ver + 41 END) AS seq,
    hex8(i, CASE WHEN shared THEN 51 ELSE ver + 51 END) AS ack, ver AS sent_version, '01' AS sent_flags, skey AS sent_key,
    CASE WHEN ver = 1 THEN '1e040101' ELSE '1e0c0001' || skey END AS sent_option, 64240 AS sent_window, 54321 AS sent_ip_id,
    'mss,sackok,ts,nop,ws,mptcp' AS sent_options_order, opt AS option, CASE WHEN opt IS NULL THEN [] ELSE [opt] END AS options_mptcp,
    CASE WHEN opt IS NOT NULL THEN ver END AS version, CASE WHEN opt = '1e030101' THEN ['unexpected_length'] ELSE [] END AS faults,
    CASE WHEN tcp THEN '020405b40402' || CASE WHEN dice % 10 = 9 THEN '' ELSE '080a' || hex8(i, ver + 20) || hex8(i, ver + 30) END || '01030307' || coalesce(opt, '') END AS tcp_options,
    'mss,sackok,ts,nop,ws' AS options_order, '12' AS tcp_flags, 65160 AS window, 55 AS ttl, 0 AS ip_id, true AS ip_df, 0 AS ip_tos,
    CASE WHEN tcp AND dice % 10 <> 9 THEN 1000 + hash(i, 61 + ver) % 300000 END AS rtt_us,
    CASE WHEN NOT tcp THEN 'not_applicable' WHEN dice % 10 = 9 THEN 'not_returned' END AS rtt_us_missing, 'tsecr' AS rtt_source,
    'not_applicable' AS icmp_quoted_options_missing,
    strftime(TIMESTAMP '2026-11-22 10:00:00' + to_microseconds(CAST(i * 100 + hash(i, ver) % 50 AS BIGINT)), '%Y-%m-%dT%H:%M:%S.%fZ') AS received_at
  FROM (
    SELECT *, 'v' || CAST(ver AS VARCHAR) AS probe, opt IS NOT NULL OR classification = 'synack_no_option' AS tcp
    FROM (
      SELECT *, CASE WHEN opt IS NOT NULL THEN CASE WHEN kind = 1 THEN 'echoed' ELSE 'mp_capable' END
        WHEN dice < 15 AND kind = 0 THEN 'rst' WHEN dice = 15 AND kind = 0 THEN 'icmp_unreachable' ELSE 'synack_no_option' END AS classification
      FROM (SELECT *, ${option} AS opt FROM (SELECT *, CASE WHEN ver = 0 THEN hex16(i, port + 500) END AS skey, kind = 0 AND hash(i, 5) % 500 = 0 AS shared FROM h, (VALUES (1), (0)) v(ver)))
    )
  )
  WHERE NOT (dice = 99 AND ver = 0)
  ORDER BY address, port, probe`;

const announcement = (address: string, rest: string) =>
  `{address_id: 1, address: ${address}, ${rest}, hmac_form: NULL, count: 1}`;
const connections = `
  SELECT *, dice % 4 <> 0 AS connected, '1e040101' AS syn_option, 1 AS version, CASE WHEN kind = 2 THEN '1e0c0101' || hex16(i, 900) END AS synack_option,
    CASE WHEN dice % 4 <> 0 THEN kind <> 2 END AS fallback, CASE WHEN dice % 4 = 0 THEN 'refused' END AS fallback_missing,
    CASE WHEN kind = 2 AND dice % 3 = 0 THEN [
      ${announcement('v4(i + 1)', "port: NULL, scope: 'global', hmac: CASE WHEN dice % 2 = 0 THEN 'valid' ELSE 'absent' END")},
      ${announcement("'10.0.0.' || CAST(i % 200 AS VARCHAR)", "port: 8080, scope: 'private', hmac: 'invalid'")}] ELSE [] END AS announced,
    0 AS mp_join_sent, 0 AS mp_join_accepted, CASE WHEN kind = 2 AND dice % 7 = 0 THEN 1 ELSE 0 END AS mp_join_verified,
    CASE WHEN dice % 11 = 0 THEN 1 ELSE 0 END AS mp_fail_sent, 0 AS mp_fail_received, [] AS mp_tcprst_reasons, 5000 AS held_ms,
    CASE WHEN dice % 4 = 0 THEN 'refused' END AS failure
  FROM h WHERE kind > 0 ORDER BY address, port`;

const of = (columns: string, condition = 'true') =>
  `SELECT address, ${columns} FROM (SELECT DISTINCT address, i, kind, dice FROM h) WHERE ${condition} ORDER BY address`;

/** As many names as addresses, each with its www double: one in 8 has three addresses, one in 20 shares one of 50, one in 15 has none. */
function names(addresses: number): { targets: string; resolve: string } {
  const doubled = `FROM range(${addresses}) t(i), (VALUES (''), ('www.')) w(www)`;
  const other = `CAST(hash(i, 11) % ${addresses} AS BIGINT)`;
  return {
    targets: `SELECT i + 1 AS line, 'name' AS kind, www || entry(i) AS target, entry(i) AS name, CASE WHEN i % 97 > 0 THEN i + 1 END AS rank, www <> '' AS www ${doubled} ORDER BY line, target`,
    resolve: `
      SELECT name, 'A' AS type, addresses, [] AS chain, 'ok' AS status, CASE WHEN len(addresses) = 0 THEN 'no_data' END AS failure
      FROM (SELECT www || entry(i) AS name, CASE WHEN i % 15 = 0 OR (www <> '' AND i % 3 = 0) THEN []
        WHEN i % 8 = 1 THEN list_sort(list_distinct([addr(${other}), addr(${other} + 1), v4(${other} + 2) || '9']))
        WHEN i % 20 = 3 THEN [addr(${other} % 50)] ELSE [addr(${other})] END AS addresses ${doubled})
      ORDER BY name`,
  };
}

/** Rows that a unit has, where it is not one: a name and its double, a reply a version. */
const rowsOf: Readonly<Record<string, number>> = { targets: 2, scan: 2, confirm: 2 };
/** Who asks half a million hosts for their system asks more than 64 at a time. */
const { parts } = Config.parse({ targets: { list: 'list.csv' }, parts: { os: 10_000 } });
const Rows = z.object({ rows: z.int() });

/** Cuts the records of a stage into parts of so many units as a run has: STAGE/NUMBER.parquet. */
async function cut(database: DuckDBInstance, folder: string, stage: Stage, whole: string): Promise<void> {
  const size = parts[stage] * (rowsOf[stage] ?? 1);
  mkdirSync(join(folder, stage), { recursive: true });
  const numbered = `read_parquet(${sqlText(whole)}, file_row_number = true)`;
  let left = 0;
  for await (const value of rows(database, `SELECT count(*) AS rows FROM ${numbered}`)) left = Rows.parse(value).rows;
  let number = 0;
  do {
    const path = join(folder, stage, `${String(number).padStart(6, '0')}.parquet`);
    const part = `SELECT * EXCLUDE (file_row_number) FROM ${numbered} WHERE file_row_number // ${size} = ${number}`;
    await runSql(database, `COPY (${part}) TO ${sqlText(path)} (${recordsLayout})`);
    number += 1;
    left -= size;
  } while (left > 0);
}

export async function writeWorld(folder: string, world: World): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const database = await openDatabase({ temp: join(folder, '.tmp') });
  for (const sql of endpoints(world)) await runSql(database, sql);
  const made: Readonly<Record<string, string>> = {
    ...names(world.addresses),
    scan: replies,
    handshake: connections,
    asn: of(
      "CASE WHEN dice <> 3 THEN 64500 + i % 5000 END AS asn, CASE WHEN dice <> 3 THEN '10.0.0.0/8' END AS prefix, CASE WHEN dice > 4 THEN 'AS-' || CAST(i % 5000 AS VARCHAR) END AS as_name, [64500] AS origins, CASE WHEN dice = 3 THEN 'no_data' END AS failure",
    ),
    whois: of(
      "CASE WHEN dice <> 5 THEN 'FI' END AS country, CASE WHEN dice > 20 THEN 'REG ' || CAST(i % 777 AS VARCHAR) END AS as_name, CASE WHEN dice = 5 THEN 'no_data' END AS failure",
      'kind > 0',
    ),
    geo: of(
      "CASE WHEN dice <> 4 THEN chr(CAST(65 + i % 26 AS INTEGER)) || 'X' END AS country, CASE WHEN dice < 60 THEN 'City ' || CAST(i % 997 AS VARCHAR) END AS city, CASE WHEN dice < 90 THEN (i % 1800) / 10.0 - 90 END AS latitude, CASE WHEN dice < 90 THEN (i % 3599) / 10.0 - 180 END AS longitude, CASE WHEN dice = 4 THEN 'no_data' END AS failure",
    ),
    os: of(
      "CASE WHEN dice < 50 THEN [{name: 'Linux 6', accuracy: 95, family: NULL, vendor: NULL}] ELSE [] END AS candidates, CASE WHEN dice >= 50 THEN 'timeout' END AS failure",
      'kind > 0 AND dice % 2 = 0',
    ),
    path: of(
      "CASE WHEN dice < 70 THEN 900 + i % 5000 END AS ping_rtt_us, 3 AS ping_replies, CASE WHEN dice >= 70 THEN 'timeout' END AS failure",
      'kind > 0',
    ),
  };
  for (const stage of stages) {
    const columns = columnsOf(tables[stage].record);
    const none = columns.map(([column, type]) => `CAST(NULL AS ${type}) AS "${column}"`).join(', ');
    const selected = columns.map(([column, type]) => `CAST("${column}" AS ${type}) AS "${column}"`).join(', ');
    const own = made[stage] === undefined ? '' : `SELECT * FROM (${made[stage]}) UNION ALL BY NAME `;
    const given = `${own}SELECT ${none} WHERE false`;
    const whole = join(folder, `${stage}.parquet`);
    await runSql(database, `COPY (SELECT ${selected} FROM (${given})) TO ${sqlText(whole)} (${recordsLayout})`);
    await cut(database, folder, stage, whole);
    rmSync(whole);
  }
  database.closeSync();
}
