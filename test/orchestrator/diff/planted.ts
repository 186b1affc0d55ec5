import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { columnsOf } from '../../../orchestrator/core/database/columns.ts';
import { ndjsonSql } from '../../../orchestrator/core/database/sql.ts';
import { sha256Of } from '../../../orchestrator/core/folder/files.ts';
import type { Manifest } from '../../../orchestrator/core/folder/manifest.ts';
import { diffRuns } from '../../../orchestrator/diff/diff.ts';
import type { ResolveRecord } from '../../../orchestrator/schemas/records/resolve.ts';
import type { ScanRecord } from '../../../orchestrator/schemas/records/scan.ts';
import type { TargetsRecord } from '../../../orchestrator/schemas/records/targets.ts';
import { type MadeRun, writeRunFolder } from '../../../scripts/bench/history/run-folder.ts';
import { readByMerge, resolved, scanned, target } from '../stages/records.ts';

const root = mkdtempSync(join(tmpdir(), 'diff-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));

/** A folder of this process alone. */
export const place = (name: string) => join(root, name);

/** What a host answers, by a word. */
export type Answers =
  | 'plain'
  | 'capable'
  | 'capable v0'
  | 'echo'
  | 'malformed'
  | 'rst'
  | 'icmp'
  | 'without v1'
  | 'without v0'
  | 'mixed'
  | 'silent';

const key = (of: string) => sha256Of(of).slice(0, 16);

/** Replies to the scan, and to second opinions. */
function repliesOf(address: string, port: number, answers: Answers): { scan: ScanRecord[]; confirm: ScanRecord[] } {
  const numbered = (probe: string, source_port: number) => ({
    port,
    probe,
    source_port,
    ack: key(`${address} ${port} ${probe}`).slice(0, 8),
    seq: '00000001',
  });
  const v1 = (options: string[], more: Partial<ScanRecord> = {}) =>
    scanned(address, options, { ...numbered('v1', 40_001), ...more });
  const sent = { sent_version: 0, sent_key: key(`sent ${address}`), sent_option: `1e0c0001${key(`sent ${address}`)}` };
  const v0 = (options: string[], more: Partial<ScanRecord> = {}) =>
    scanned(address, options, { ...numbered('v0', 40_002), ...sent, ...more });
  const server = v1([`1e0c0101${key(`server ${address} ${port}`)}`]);
  const closed: Partial<ScanRecord> = { classification: 'rst', tcp_flags: '14' };
  const unreachable: Partial<ScanRecord> = {
    classification: 'icmp_unreachable',
    seq: null,
    ack: null,
    icmp_type: 3,
    icmp_code: 1,
    icmp_hop: '198.18.255.1',
  };
  const scans: Readonly<Record<Answers, ScanRecord[]>> = {
    plain: [v1([]), v0([])],
    capable: [server, v0([])],
    'capable v0': [v1([]), v0([`1e0c0001${key(`v0 ${address}`)}`], { version: 0 })],
    echo: [v1(['1e040101'], { classification: 'echoed' }), v0([])],
    malformed: [v1(['1e030101'], { classification: 'malformed', faults: ['unexpected_length'] }), v0([])],
    rst: [v1([], closed), v0([], closed)],
    icmp: [v1([], unreachable), v0([], unreachable)],
    'without v1': [v0([])],
    'without v0': [v1([])],
    mixed: [server, v0([])],
    silent: [],
  };
  const confirm = answers === 'mixed' ? [scanned(address, [], numbered('port2', 40_003))] : [];
  return { scan: scans[answers], confirm };
}

/** One host of a run: what led to it, and what it answers by port. */
export interface PlantedHost {
  /** null: no name led to it in this run. */
  name: string | null;
  address: string;
  ports: Readonly<Record<number, Answers>>;
}

/** A host with one port. */
export const host = (name: string | null, address: string, answers: Answers = 'plain', port = 80): PlantedHost => ({
  name,
  address,
  ports: { [port]: answers },
});

export interface PlantedRun extends Partial<Pick<MadeRun, 'vantage' | 'rules' | 'change'>> {
  name: string;
  time: string;
  hosts: readonly PlantedHost[];
  /** What the same hosts answer when they are scanned a second time; absent: they are not. */
  again?: readonly PlantedHost[];
  ports?: number[];
  versions?: (0 | 1)[];
  /** Names that were asked and had no address. */
  empty?: readonly string[];
  optOuts?: readonly string[];
}

function sqlOf(run: string, stage: keyof typeof readByMerge, records: readonly object[]): string {
  const file = place(`${run}-${stage}.ndjson`);
  writeFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  return `FROM ${ndjsonSql([file], columnsOf(readByMerge[stage]))}`;
}

/** Writes a run folder of these hosts. */
export async function plantRun(run: PlantedRun): Promise<string> {
  const { name, hosts, ports = [80], versions = [1, 0], empty = [], optOuts = [] } = run;
  const folder = place(name);
  const asked = new Map<string, string[]>(empty.map((one) => [one, []]));
  for (const host of hosts)
    if (host.name !== null) asked.set(host.name, [...(asked.get(host.name) ?? []), host.address]);
  const targets: TargetsRecord[] = [...asked.keys()].sort().map((one, i) => target(one, i + 1));
  const resolve: ResolveRecord[] = [...asked].map(([one, addresses]) => resolved(one, addresses.sort()));
  const replies = hosts.flatMap(({ address, ports: answers }) =>
    Object.entries(answers).map(([port, words]) => repliesOf(address, Number(port), words)),
  );
  const again = run.again?.flatMap(({ address, ports: answers }) =>
    Object.entries(answers).flatMap(([port, words]) => repliesOf(address, Number(port), words).scan),
  );
  const sent = (record: ScanRecord) => versions.some((version) => version === record.sent_version);
  const scan = replies.flatMap((reply) => reply.scan).filter(sent);
  const order = (a: ScanRecord, b: ScanRecord) =>
    `${a.address} ${a.port} ${a.probe}` < `${b.address} ${b.port} ${b.probe}` ? -1 : 1;
  mkdirSync(join(folder, 'blocklists'), { recursive: true });
  writeFileSync(join(folder, 'blocklists', 'held.conf'), optOuts.join('\n'));
  await writeRunFolder(folder, {
    ...{ name, time: run.time, asked: hosts.length, ...(run.vantage === undefined ? {} : { vantage: run.vantage }) },
    ...(run.rules === undefined ? {} : { rules: run.rules }),
    config: { targets: { list: 'list.csv' }, scan: { rate: 100, ports, versions } },
    records: {
      targets: sqlOf(name, 'targets', targets),
      resolve: sqlOf(name, 'resolve', resolve),
      scan: sqlOf(name, 'scan', scan.sort(order)),
      confirm: sqlOf(
        name,
        'confirm',
        replies.flatMap((reply) => reply.confirm),
      ),
      ...(again === undefined ? {} : { rescan: sqlOf(name, 'rescan', again.filter(sent).sort(order)) }),
    },
    change: (manifest: Manifest) => {
      const blocklist = { from: 'held.conf', copy: 'blocklists/held.conf', sha256: '', prefixes: optOuts.length };
      const start = {
        at: run.time,
        census: {},
        vantage: {},
        changed: {},
        corrected: {},
        blocklist,
        rereads: [],
        clock_steps: [],
      };
      manifest.starts.push(start);
      run.change?.(manifest);
    },
  });
  return folder;
}

/** All that differs between two runs, and how that adds up. */
export async function diffOf(first: string, second: string) {
  const differences: Awaited<Parameters<Parameters<typeof diffRuns>[0]['take']>[0]>[] = [];
  const summary = await diffRuns({
    ...{ first, second, temp: place('temp'), signal: new AbortController().signal },
    take: async (difference) => {
      differences.push(difference);
    },
  });
  return { differences, summary };
}
