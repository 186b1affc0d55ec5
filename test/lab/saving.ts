import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { execa } from 'execa';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { PrefixSet } from '../../orchestrator/address/prefix-set.ts';
import { type Manifest, readManifest } from '../../orchestrator/core/folder/manifest.ts';
import { cliWords } from '../cli-words.ts';
import { type Arrival, arrivals } from '../zmap-module/arrivals.ts';
import { gatewayMac, type Lab } from '../zmap-module/lab.ts';

/** Seconds between two looks at the blocklist, and what a packet may take from the look to the far end. */
export const rereadMs = 1000;
export const graceMs = 1000;

/** What asks an address for something: a SYN, data, an echo. What only ends a connection is none of these. */
const probes = 'dst net 198.18.0.0/22 and (icmp[0] == 8 or tcp[13] & 0x0a != 0)';

/** MPTCP servers at 128 addresses; everybody else in 198.18.0.0/22 is silent. */
export async function addServers(lab: Lab): Promise<void> {
  await lab.ip('-n', lab.target, 'route', 'replace', 'local', '198.18.0.0/22', 'dev', 'lo');
  const rules = [
    'table inet quiet {\nchain i {\ntype filter hook input priority 0',
    'iifname "t0" ip daddr != { 198.18.0.0/26, 198.18.2.0/26, 240.0.0.1 } drop\n}\n}\n',
  ];
  await execa('ip', ['netns', 'exec', lab.target, 'nft', '-f', '-'], { input: rules.join('\n') });
  const server = `require('http').createServer((_, to) => to.end('x')).listen(80, '0.0.0.0', () => console.log('READY'))`;
  await lab.serve(lab.target, ['mptcpize', 'run', process.execPath, '-e', server]);
}

/** What is saved when, and how; appended unless told. */
export interface Save {
  stage: string;
  packets: number;
  prefixes: string[];
  save?: (blocklist: string, lines: string) => Promise<void>;
}

export interface Saved {
  prefixes: string[];
  /** Milliseconds since 1970. */
  at: number;
}

const Links = z.array(z.looseObject({ stats64: z.object({ rx: z.object({ packets: z.int() }) }) }));

async function received(lab: Lab): Promise<number> {
  const { stdout } = await execa('ip', ['-n', lab.target, '-j', '-s', 'link', 'show', 't0']);
  return Links.parse(JSON.parse(stdout))[0]?.stats64.rx.packets ?? 0;
}

/** A census of the /22; each of `saves` is saved when so many packets have arrived since its stage began, or since the one before it. */
export async function census(
  lab: Lab,
  { scan, ...stages }: { scan?: object; [stage: string]: object | undefined },
  saves: Save[],
): Promise<{ seen: Arrival[]; saved: Saved[]; manifest: Manifest; said: string }> {
  const at = (name: string) => join(lab.folder, name);
  await writeFile(at('blocklist'), '198.18.3.255\n');
  const config = {
    lab: true,
    lab_ranges: ['198.18.0.0/15'],
    targets: { prefixes: ['198.18.0.0/22'] },
    scan: {
      rate: 200,
      blocklist: 'blocklist',
      reread: `${rereadMs / 1000}s`,
      cooldown: '2s',
      interface: 's0',
      gateway_mac: gatewayMac,
      ...scan,
    },
    ...stages,
  };
  await writeFile(at('census.yaml'), JSON.stringify(config));
  const saved: Saved[] = [];
  let said = '';
  const place = { namespace: lab.target, interface: 't0', folder: lab.folder };
  const seen = await arrivals(place, probes, async () => {
    const cli = [process.execPath, ...cliWords, 'run', '-c', at('census.yaml'), at('run')];
    const run = execa('ip', ['netns', 'exec', lab.scanner, ...cli], { reject: false, timeout: 200_000, all: true });
    for await (const line of run.iterable({ from: 'all' })) {
      said += `${line}\n`;
      for (const { packets, prefixes, save = appendFile } of saves.filter(({ stage }) =>
        new RegExp(`^${stage} +starts`).test(line),
      )) {
        const due = (await received(lab)) + packets;
        while ((await received(lab)) < due) await setTimeout(20);
        await save(at('blocklist'), prefixes.map((prefix) => `${prefix}\n`).join(''));
        saved.push({ prefixes, at: Date.now() });
      }
    }
    assert.is((await run).exitCode, 0, said);
  });
  const manifest = await readManifest(at('run'));
  if (manifest === null) throw new Error(said);
  return { seen, saved, manifest, said };
}

/** What arrived for those who had opted out, later than it may. */
export function late(seen: Arrival[], { prefixes, at }: Saved): string[] {
  const set = new PrefixSet(prefixes);
  return seen
    .filter((arrival) => set.contains(arrival.address) && arrival.at > at + rereadMs + graceMs)
    .map((arrival) => `${arrival.address} ${Math.round(arrival.at - at)} ms`);
}

/** The most SYNs that arrived for one address, and how many the run said before it began that this could be. */
export function mostSyns(seen: Arrival[], said: string): { most: number; bound: number } {
  const counts = new Map<string, number>();
  for (const { address, syn } of seen) if (syn) counts.set(address, (counts.get(address) ?? 0) + 1);
  const bound = Number(/To one address at most (\d+) SYNs/.exec(said)?.[1] ?? Number.NaN);
  return { most: Math.max(...counts.values()), bound };
}
