import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readManifest } from '../../orchestrator/core/folder/manifest.ts';
import { cli } from './own-prober.ts';
import { connected, scanned } from './stages/records.ts';

export const addresses = ['198.18.9.1', '198.18.9.2', '198.18.9.3'];
const keys = ['5f3a9c0be1d27764', '0b91e2c4a87d35f6', 'c86d13f05a2be947'];

/** Programs of the test in every role: each prints what it knows of the units it is asked for, and writes down whom that was. */
function lookUp(root: string, stage: string, records: { address: string }[]): string[] {
  const known = join(root, `${stage}.ndjson`);
  writeFileSync(known, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const each = `grep -oE '[0-9]+(\\.[0-9]+){3}' | tee -a ${join(root, `${stage}.asked`)} | while read -r a; do grep -F "\\"address\\":\\"$a\\"" ${known}; done; true`;
  return ['bash', '-c', each];
}

export interface Setting {
  [section: string]: unknown;
}

/** A run without network: three addresses answer with MPTCP options. */
export function setUp() {
  const root = mkdtempSync(join(tmpdir(), 'switched-'));
  const at = (name: string) => join(root, name);
  writeFileSync(at('addresses'), `${addresses.join('\n')}\n`);
  writeFileSync(at('rib'), '198.18.0.0\t16\t64500\n');
  const replies = addresses.map((address, n) =>
    scanned(address, [`1e0c0101${keys[n]}`], {
      source_port: 40_000 + n,
      seq: `7a00000${n}`,
      ack: `3b00000${n}`,
      sender_key: keys[n] ?? null,
      tcp_flags: '12',
      tcp_options: `020405b4${`1e0c0101${keys[n]}`}`,
    }),
  );
  const systems = addresses.map((address, n) => {
    const candidates = [{ name: `Linux ${n}`, accuracy: 95, family: null, vendor: null }];
    return { address, candidates, failure: null };
  });
  const registered = { asn: 64500, prefix: null, country: 'FI', registry: null, allocated: null, as_name: 'EXAMPLE' };
  const places = { country: 'FI', city: 'Helsinki', latitude: 60, longitude: 25 };
  const origins = { asn: 64501, prefix: '198.18.0.0/15', origins: [64501], as_name: null };
  const all = (record: object) => addresses.map((address) => ({ address, ...record, failure: null }));
  const tool = (stage: string, records: { address: string }[]) => ({ tool: { command: lookUp(root, stage, records) } });
  const base = {
    lab: true,
    lab_ranges: ['198.18.0.0/15'],
    seed: 7,
    targets: { addresses: 'addresses' },
    scan: { ...tool('scan', replies), versions: [1] },
    handshake: tool(
      'handshake',
      addresses.map((address) => connected(address, [])),
    ),
    path: { ping: false },
    parts: { os: 1 },
  };
  const stages: Setting = {
    os: tool('os', systems),
    whois: tool('whois', all(registered)),
    geo: tool('geo', all(places)),
    asn: tool('asn', all(origins)),
    path: { ...tool('path', all({ ping_rtt_us: 900, ping_replies: 3 })), ping: true },
  };
  /** Runs with these sections on top of the others. */
  async function run(sections: Setting = {}, folder = 'run') {
    writeFileSync(at('census.yaml'), JSON.stringify({ ...base, ...sections }));
    const done = await cli('run', '-c', at('census.yaml'), at(folder));
    const manifest = await readManifest(at(folder));
    if (manifest === null) throw new Error(done.stderr);
    const ran = [...done.stdout.matchAll(/^(\w+) +done in /gm)].map(([, stage]) => stage);
    return { ...done, manifest, ran };
  }
  const asked = (stage: string) =>
    existsSync(at(`${stage}.asked`))
      ? readFileSync(at(`${stage}.asked`), 'utf8')
          .trim()
          .split('\n')
      : [];
  return { at, run, asked, stages };
}

/** Rows of hosts without what differs between any two runs. */
export async function hosts(folder: string): Promise<unknown[]> {
  const { stdout } = await cli('cat', folder, 'hosts');
  return stdout.split('\n').map((line) => ({ ...JSON.parse(line), run: null }));
}

export function sectionsOf({ stages }: ReturnType<typeof setUp>, name: string): Setting {
  return { [name]: stages[name] };
}
