import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parsePrefix } from '../../../../orchestrator/address/ip.ts';
import { LateOptOuts } from '../../../../orchestrator/core/opt-outs/late.ts';
import { ProgramError } from '../../../../orchestrator/errors.ts';
import { flavours } from '../../../../orchestrator/tools/zmap/program.ts';
import { zmap } from '../../../../orchestrator/tools/zmap/tool.ts';
import { complete, contextOf, numbers, withFake } from './fake-zmap.ts';

const zmapTool = suite('zmap-opt-outs');

/** Two who opted out before the run, and one since. */
async function optedOut(): Promise<LateOptOuts> {
  const late = new LateOptOuts(['198.18.0.77', '2001:db8:7::/48'].flatMap((text) => parsePrefix(text) ?? []));
  await late.add([parsePrefix('198.18.1.0/28')].flatMap((prefix) => prefix ?? []));
  return late;
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

const watched = `{"blacklist_total_allowed": 3, "total_sent": 3, "opted_out": 1, "opted_out_packets": 1, ${numbers}}`;

zmapTool(
  'the plug-in gets a table of all who opted out, which is gone afterwards; its blocklist has those of before',
  async () => {
    const { within, argv } = await withFake(watched);
    const scan = { versions: [1] };
    const context = await contextOf(
      ['198.18.0.5/32', '198.18.1.0/31'],
      scan,
      within,
      flavours.plugin,
      await optedOut(),
    );
    await zmap.collect?.(context);
    const table = await readFile(`${argv}.table`);
    assert.is(table.toString('latin1', 0, 8), 'MPTCPOPT');
    // Two of IPv4, the same two translated, and one of IPv6.
    assert.equal([table.readUInt32BE(16), table.readUInt32BE(20)], [2, 3]);
    assert.is(table.toString('hex', 32, 48), 'c612004dc612004dc6120100c612010f');
    assert.not.ok(await exists(join(context.folder, 'opt-outs.table')));
    assert.not.match(await readFile(join(context.folder, 'blocklist.txt'), 'utf8'), '198.18.1.0/28');
  },
);

/** Somebody opts out right after the first look at who has. */
class Racing extends LateOptOuts {
  #looks = 0;

  override get all() {
    const all = super.all;
    this.#looks += 1;
    if (this.#looks === 1)
      queueMicrotask(() => void this.add([parsePrefix('198.18.1.0/28')].flatMap((one) => one ?? [])));
    return all;
  }
}

zmapTool('who opts out while the first table is being written is in the one that zmap gets', async () => {
  const { within, argv } = await withFake(watched);
  const targets = ['198.18.0.5/32', '198.18.1.0/31'];
  const context = await contextOf(targets, { versions: [1] }, within, flavours.plugin, new Racing([]));
  await zmap.collect?.(context);
  const table = await readFile(`${argv}.table`);
  const translated = '0064ff9b0000000000000000';
  assert.is(table.toString('hex', 32), `c6120100c612010f${translated}c6120100${translated}c612010f`);
});

zmapTool('a zmap that cannot watch one gets those who opted out since in its blocklist', async () => {
  const { within, argv } = await withFake(complete);
  const scan = { versions: [1] };
  const context = await contextOf(['198.18.0.5/32', '198.18.1.0/31'], scan, within, flavours.tree, await optedOut());
  await zmap.collect?.(context);
  assert.not.ok(await exists(`${argv}.table`));
  assert.match(await readFile(join(context.folder, 'blocklist.txt'), 'utf8'), '198.18.1.0/28');
});

zmapTool('a zmap whose plug-in did not look at the table is a broken program', async () => {
  const { within } = await withFake(complete);
  const context = await contextOf(
    ['198.18.0.5/32', '198.18.1.0/31'],
    { versions: [1] },
    within,
    flavours.plugin,
    await optedOut(),
  );
  try {
    await zmap.collect?.(context);
    assert.unreachable('zmap sent to everybody');
  } catch (error) {
    assert.instance(error, ProgramError);
    assert.match(String(error), 'did not look at the opt-outs');
  }
});

zmapTool.run();
