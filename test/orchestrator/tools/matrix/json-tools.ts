import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { scanned } from '../../stages/records.ts';
import type { JsonFaults } from './faults.ts';
import { fakeOutput, fakeProgram, type PartOf } from './part.ts';

/** A tool whose program prints JSON lines, and how that program is stood in for. */
export interface JsonTool extends JsonFaults {
  part: PartOf;
  /** Name of the program. */
  program: string;
  /** Puts a program there that prints these bytes as the real one would, then does something else. */
  stand(output: string | Buffer, behaviour: string): void;
}

export const addressOf = (unit: number) => `198.18.0.${unit}`;
export const addresses = [1, 2, 3, 4].map((unit) => ({ address: addressOf(unit) }));

const Line = z.record(z.string(), z.unknown());
const firstLine = (path: string) => Line.parse(JSON.parse(readFileSync(path, 'utf8').split('\n')[0] ?? ''));
const jsonOf =
  (template: Record<string, unknown>, address: string) =>
  (unit: number, changed = {}) =>
    JSON.stringify({ ...template, [address]: addressOf(unit), ...changed });

/** zmap writes its replies and what it says of its work into files that its arguments name. */
function standForZmap(output: string | Buffer, behaviour: string): void {
  const lines = fakeOutput('zmap.output', output);
  const counts = '"pcap_recv":0,"pcap_drop":0,"pcap_ifdrop":0,"send_to_failures":0,"failure_total":0';
  fakeProgram(
    'zmap',
    `while [ $# -gt 0 ]; do case $1 in -o) o=$2;; -m) m=$2;; esac; shift; done
cat ${lines} >"$o"
echo '{"blocklist_total_allowed":4,"targets_scanned":4,${counts},"success_total":'$(tail -c +1 ${lines} | grep -ac '')'}' >"$m"
${behaviour}`,
  );
}

const scan = { tool: 'zmap', ports: [80], versions: [1], retries: 0 };
const registered = {
  asn: 64500,
  prefix: null,
  country: 'FI',
  registry: null,
  allocated: null,
  as_name: 'A',
  failure: null,
};
const probed = scanned('198.18.0.1', [], { tcp_options: '020405b4' });

function standForOwn(output: string | Buffer, behaviour: string): void {
  fakeProgram('own-program', `cat >/dev/null; cat ${fakeOutput('own.output', output)}\n${behaviour}`);
}
const own = { command: ['own-program'] };

export const jsonTools: Record<string, JsonTool> = {
  zmap: {
    part: { stage: 'scan', config: { scan }, units: [1, 2, 3, 4].map((unit) => ({ target: addressOf(unit) })) },
    program: 'zmap',
    json: jsonOf({ ...firstLine('test/fixtures/zmap/versions/2.1.1.ndjson'), sport: 80, probe: 'v1' }, 'target'),
    ...{ address: 'target', number: 'window', text: 'seq', other: '7a00ffff' },
    stand: standForZmap,
  },
  'zmap over a prefix': {
    part: { stage: 'scan', config: { scan }, units: [{ target: '198.18.0.0/30' }] },
    program: 'zmap',
    json: jsonOf({ ...firstLine('test/fixtures/zmap/versions/4.3.4.ndjson'), sport: 80, probe: 'v1' }, 'target'),
    ...{ address: 'target', number: 'window', text: 'seq', other: '7a00ffff' },
    stand: standForZmap,
  },
  'icmp-echo': {
    part: { stage: 'path', config: { scan, path: { tool: 'icmp-echo' } }, units: addresses },
    program: 'zmap',
    json: jsonOf(firstLine('test/fixtures/icmp-echo/4.3.4.ndjson'), 'saddr'),
    ...{ address: 'saddr', number: 'timestamp_us', text: 'classification', other: 'echoreply' },
    stand: standForZmap,
  },
  'command as a registry': {
    part: { stage: 'whois', config: { whois: { tool: own } }, units: addresses },
    program: 'own-program',
    json: jsonOf(registered, 'address'),
    ...{ address: 'address', number: 'asn', text: 'as_name', other: 'ANOTHER' },
    stand: standForOwn,
  },
  'command as a prober of a prefix': {
    part: { stage: 'scan', config: { scan: { ...scan, tool: own } }, units: [{ target: '198.18.0.0/29' }] },
    program: 'own-program',
    json: jsonOf({ ...probed }, 'address'),
    ...{ address: 'address', number: 'window', text: 'seq', other: '7a00ffff' },
    stand: standForOwn,
  },
};
