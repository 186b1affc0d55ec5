// needs: root
// runs: apart
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { PrefixSet } from '../../orchestrator/address/prefix-set.ts';
import { accounted } from '../../orchestrator/core/folder/entries.ts';
import { type Manifest, readManifest } from '../../orchestrator/core/folder/manifest.ts';
import { cliWords } from '../cli-words.ts';
import { type Arrival, arrivals } from '../zmap-module/arrivals.ts';
import { gatewayMac, inLab, type Lab } from '../zmap-module/lab.ts';

const test = suite('an opt-out that is saved while a census sends');

/** Seconds between two looks at the blocklist, and what a packet may take from the look to the far end. */
const rereadMs = 1000;
const graceMs = 1000;

/** What asks an address for something: a SYN, data, an echo. What only ends a connection is none of these. */
const probes = 'dst net 198.18.0.0/22 and (icmp[0] == 8 or tcp[13] & 0x0a != 0)';

/** MPTCP servers at 128 addresses; everybody else in 198.18.0.0/22 is silent. */
async function addServers(lab: Lab): Promise<void> {
  await lab.ip('-n', lab.target, 'route', 'replace', 'local', '198.18.0.0/22', 'dev', 'lo');
  const rules = [
    'table inet quiet {\nchain i {\ntype filter hook input priority 0',
    'iifname "t0" ip daddr != { 198.18.0.0/26, 198.18.2.0/26, 240.0.0.1 } drop\n}\n}\n',
  ];
  await execa('ip', ['netns', 'exec', lab.target, 'nft', '-f', '-'], { input: rules.join('\n') });
  const server = `require('http').createServer((_, to) => to.end('x')).listen(80, '0.0.0.0', () => console.log('READY'))`;
  await lab.serve(lab.target, ['mptcpize', 'run', process.execPath, '-e', server]);
}

interface Saved {
  prefixes: string[];
  /** Milliseconds since 1970. */
  at: number;
}

const Links = z.array(z.looseObject({ stats64: z.object({ rx: z.object({ packets: z.int() }) }) }));

async function received(lab: Lab): Promise<number> {
  const { stdout } = await execa('ip', ['-n', lab.target, '-j', '-s', 'link', 'show', 't0']);
  return Links.parse(JSON.parse(stdout))[0]?.stats64.rx.packets ?? 0;
}

/** A census of the /22; each of `saves` is appended to the blocklist when so many packets have arrived since its stage began. */
async function census(
  lab: Lab,
  saves: { stage: string; packets: number; prefixes: string[] }[],
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
    },
    handshake: { hold: '4s', timeout: '4s', concurrency: 16 },
    // Long enough for the file to be read again while it pings.
    path: { probes: 10 },
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
      const save = saves.find(({ stage }) => new RegExp(`^${stage} +starts`).test(line));
      if (save === undefined) continue;
      const due = (await received(lab)) + save.packets;
      while ((await received(lab)) < due);
      await appendFile(at('blocklist'), save.prefixes.map((prefix) => `${prefix}\n`).join(''));
      saved.push({ prefixes: save.prefixes, at: Date.now() });
    }
    assert.is((await run).exitCode, 0, said);
  });
  const manifest = await readManifest(at('run'));
  if (manifest === null) throw new Error(said);
  return { seen, saved, manifest, said };
}

/** What arrived for those who had opted out, later than it may. */
function late(seen: Arrival[], { prefixes, at }: Saved): string[] {
  const set = new PrefixSet(prefixes);
  return seen
    .filter((arrival) => set.contains(arrival.address) && arrival.at > at + rereadMs + graceMs)
    .map((arrival) => `${arrival.address} ${Math.round(arrival.at - at)} ms`);
}

test('nobody is asked again by any stage, everybody else is, and all counts add up', () =>
  inLab('opt-outs', async (lab) => {
    await addServers(lab);
    const inScan = ['198.18.1.0/24', '198.18.2.0/27', '2001:db8::/32'];
    const inHandshake = ['198.18.0.0/27', '198.18.2.63'];
    const inPath = ['198.18.2.32/28'];
    const { seen, saved, manifest, said } = await census(lab, [
      { stage: 'scan', packets: 500, prefixes: inScan },
      { stage: 'handshake', packets: 150, prefixes: inHandshake },
      { stage: 'path', packets: 50, prefixes: inPath },
    ]);
    assert.is(saved.length, 3, said);
    for (const one of saved) assert.equal(late(seen, one), [], said);
    const counts = (stage: string) => manifest.stages[stage]?.counts;
    for (const [stage, entry] of Object.entries(manifest.stages)) {
      if (entry.counts !== null) assert.is(accounted(entry.counts), entry.counts.units_in, stage);
    }
    const sent = seen.filter(({ at }) => at < (saved[1]?.at ?? 0));
    const out = new PrefixSet(inScan);
    const probed = manifest.stages.scan?.counts?.skipped.opted_out ?? 0;
    const scanned = sent.filter(({ address }) => out.contains(address)).length;
    assert.ok(probed > 100, `${probed} units were not asked in the scan`);
    assert.is(probed + scanned, 2 * (256 + 32), 'each unit of those that opted out in the scan was sent to or counted');
    assert.ok((counts('scan')?.answered ?? 0) >= 2 * 96, 'those who did not opt out answered all probes');
    assert.is(counts('scan')?.skipped.blocked, 2);
    assert.ok((counts('handshake')?.skipped.opted_out ?? 0) >= 20, JSON.stringify(counts('handshake')));
    assert.ok((counts('path')?.skipped.opted_out ?? 0) >= 33, JSON.stringify(counts('path')));
    const afterPath = seen.filter(({ at }) => at > (saved[2]?.at ?? 0) + rereadMs + graceMs);
    assert.ok(
      afterPath.length > 100,
      `${afterPath.length} packets after the last opt-out: nothing was left to keep back`,
    );
    const left = 96 - 33 - 16;
    assert.ok((counts('path')?.answered ?? 0) >= left, JSON.stringify(counts('path')));
    const run = join(lab.folder, 'run');
    const cli = (...args: string[]) => execa(process.execPath, [...cliWords, ...args], { reject: false });
    const replay = await cli('replay', run);
    assert.is(replay.exitCode, 0, replay.stdout + replay.stderr);
    // 64 silent addresses that opted out, and 32 servers: the first were sent nothing, the others are the ones that answered.
    for (const party of ['198.18.1.192/26', '198.18.0.32/27']) {
      const purge = await cli('purge', party, run);
      assert.is(purge.exitCode, 0, purge.stdout + purge.stderr);
    }
    const before = counts('scan');
    const after = (await readManifest(run))?.stages.scan?.counts;
    const gone = (before?.answered ?? 0) - (after?.answered ?? 0);
    assert.ok(gone >= 62, `${gone} units of 32 servers answered`);
    assert.equal(after?.skipped, { ...before?.skipped, purged: gone });
    assert.equal([after?.failed, after?.units_in], [before?.failed, before?.units_in]);
  }));

test.run();
