// needs: root
// takes: long
// runs: apart: whoever opted out may be sent packets for a second or two: a sender that is starved is late
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PrefixSet } from '../../orchestrator/address/prefix-set.ts';
import { accounted } from '../../orchestrator/core/folder/entries.ts';
import { readManifest } from '../../orchestrator/core/folder/manifest.ts';
import { cliWords } from '../cli-words.ts';
import { inLab } from '../zmap-module/lab.ts';
import { addServers, census, graceMs, late, mostSyns, rereadMs } from './saving.ts';

const test = suite('an opt-out that is saved while a census sends');

test('nobody is asked again by any stage, everybody else is, and all counts add up', () =>
  inLab('opt-outs', async (lab) => {
    await addServers(lab);
    const inScan = ['198.18.1.0/24', '198.18.2.0/27', '2001:db8::/32'];
    const inHandshake = ['198.18.0.0/27', '198.18.2.63'];
    const inPath = ['198.18.2.32/28'];
    // Path is long enough for the file to be read again while it pings.
    const stages = { handshake: { hold: '4s', timeout: '4s', concurrency: 16 }, path: { probes: 10 } };
    const { seen, saved, manifest, said } = await census(lab, stages, [
      { stage: 'scan', packets: 500, prefixes: inScan },
      { stage: 'handshake', packets: 150, prefixes: inHandshake },
      { stage: 'path', packets: 50, prefixes: inPath },
    ]);
    assert.is(saved.length, 3, said);
    for (const one of saved) assert.equal(late(seen, one), [], said);
    const { most, bound } = mostSyns(seen, said);
    assert.ok(most <= bound && most >= 15, `${most} SYNs to one address, and ${bound} were told of as the most`);
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
