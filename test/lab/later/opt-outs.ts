import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { accounted } from '../../../orchestrator/core/folder/entries.ts';
import { inLab } from '../../zmap-module/lab.ts';
import { addServers, census, graceMs, late, mostSyns, rereadMs } from '../saving.ts';

const test = suite('an opt-out that is saved while confirm and hops ask');

/** Too long for every day: make later. */
test('nobody is sent a second opinion, a join, or a TTL any more, and everybody else is', () =>
  inLab('opt-outs-later', async (lab) => {
    await addServers(lab);
    const inConfirm = ['198.18.0.0/27', '198.18.2.63'];
    const inHops = ['198.18.2.0/28'];
    // Candidates are asked slowly, so that the file is read again long before the stage is through.
    const scan = { ports: [80], retries: 0, rate: 40 };
    const stages = {
      targets: { prefixes: ['198.18.0.0/26', '198.18.2.0/26'] },
      scan,
      confirm: { apart: '1s' },
      handshake: { hold: '0.5s', timeout: '4s', join: true },
      path: { ping: false },
      hops: { ttl: 4 },
    };
    const { seen, saved, manifest, said } = await census(lab, stages, [
      { stage: 'confirm', packets: 60, prefixes: inConfirm },
      { stage: 'hops', packets: 40, prefixes: inHops },
    ]);
    assert.is(saved.length, 2, said);
    for (const one of saved) {
      assert.equal(late(seen, one), [], said);
      const others = seen.filter(({ at }) => at > one.at + rereadMs + graceMs);
      assert.ok(others.length > 100, `${others.length} packets to others afterwards`);
    }
    for (const [stage, entry] of Object.entries(manifest.stages))
      if (entry.counts !== null) assert.is(accounted(entry.counts), entry.counts.units_in, stage);
    for (const stage of ['confirm', 'hops'])
      assert.ok((manifest.stages[stage]?.counts?.skipped.opted_out ?? 0) > 0, stage);
    const { most, bound } = mostSyns(seen, said);
    assert.ok(most <= bound, `${most} SYNs to one address, and ${bound} were told of as the most`);
  }));

test.run();
