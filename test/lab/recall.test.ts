// needs: root
// runs: apart: it scans at 5,000 packets a second; a receiver that is starved loses answers
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../orchestrator/config/config.ts';
import { lineParser } from '../../orchestrator/core/part/parse-line.ts';
import { splitLines } from '../../orchestrator/core/process/lines.ts';
import { judgeReplies } from '../../orchestrator/evidence/judge.ts';
import { ScanRecord } from '../../orchestrator/schemas/records/scan.ts';
import { findTool } from '../../orchestrator/tools/finder.ts';
import { zmap } from '../../orchestrator/tools/zmap/tool.ts';
import { decodeAll, makeContext } from '../orchestrator/tools/context.ts';
import { addResponder, type Crowd, gatewayMac, inLab, type Lab } from '../zmap-module/lab.ts';

const test = suite('recall with one retry');

/** Servers and mirrors, a mirror for every eight servers. `make recall` takes 65,536 servers; fewer keep CI short. */
const bits = Number(process.env.RECALL_BITS ?? 13);
const servers = 2 ** bits;
const targets = [`198.19.0.0/${32 - bits}`, `198.18.0.0/${35 - bits}`];
/** Losses are drawn by it; another one is another day. */
const seed = Number(process.env.RECALL_SEED ?? 1);
/** Packets a second that the responder, a process behind a TUN device, keeps up with. */
const rate = 5000;

interface Found {
  /** For each server that answered, which SYNs, in order. */
  passes: Map<string, number[]>;
  /** Lines of zmap, repeats among them. */
  lines: number;
  capable: { servers: number; others: number };
  facts: Record<string, number | string>;
}

function isServer(address: string): boolean {
  return address.startsWith('198.19.');
}

/** Scans the crowd as the stage does, and judges all that came back. */
async function scanCrowd(lab: Lab): Promise<Found> {
  const scan = { versions: [1], rate, cooldown: '2s', interface: 's0', gateway_mac: gatewayMac };
  const config = Config.parse({ lab: true, lab_ranges: ['198.18.0.0/15'], targets: { list: 'x' }, scan });
  const within = ['ip', 'netns', 'exec', lab.scanner];
  const rows = targets.map((target) => ({ target }));
  const context = await makeContext({ rows, config, within, seed: 7, runsAs: 'plug-in' });
  await zmap.collect?.(context);
  const { records, rejects } = await decodeAll(zmap, context);
  assert.equal(rejects, []);
  const passes = new Map<string, Set<number>>();
  for (const { address, pass } of records)
    if (isServer(address)) passes.set(address, (passes.get(address) ?? new Set()).add(pass));
  const capable = { servers: 0, others: 0 };
  const parse = lineParser(findTool('syn_prober', 'zmap'), ScanRecord, config);
  for await (const { address, version, verdict } of judgeReplies(linesOf(context.folder), parse, assert.unreachable))
    if (version === 1 && verdict === 'capable') capable[isServer(address) ? 'servers' : 'others'] += 1;
  const sorted = [...passes].map(([address, seen]): [string, number[]] => [address, [...seen].sort()]);
  return { passes: new Map(sorted), lines: records.length, capable, facts: (await zmap.facts?.(context.folder)) ?? {} };
}

async function* linesOf(folder: string): AsyncGenerator<string> {
  for (const name of (await readdir(folder)).sort())
    if (name.endsWith('.ndjson')) yield* splitLines(createReadStream(join(folder, name)));
}

async function inCrowd(title: string, loss: number, crowd: Crowd, body: (found: Found) => void): Promise<void> {
  await inLab(title, async (lab) => {
    await addResponder(lab, loss, crowd, seed);
    body(await scanCrowd(lab));
  });
}

for (const percent of [1, 5]) {
  test(`with ${percent} % loss each way all are found but those that chance takes twice, and no mirror is capable`, () =>
    inCrowd(`recall with ${percent} % loss`, percent, 'crowd', ({ passes, capable }) => {
      const p = percent / 100;
      const due = 1 - (1 - (1 - p) ** 2) ** 2;
      const error = Math.sqrt((due * (1 - due)) / servers);
      const recall = capable.servers / servers;
      console.log(
        `${servers} servers, ${percent} % loss each way: recall ${recall.toFixed(5)}, due ${due.toFixed(5)} +- ${error.toFixed(5)}`,
      );
      assert.is(capable.servers, passes.size);
      assert.ok(Math.abs(recall - due) <= 3 * error, `recall ${recall}, due ${due} +- ${3 * error}`);
      assert.is(capable.others, 0);
    }));
}

test('answers that come twice, late or to the second SYN alone are each what they are', () =>
  inCrowd('an unkind crowd', 0, 'unkind', ({ passes, capable, lines, facts }) => {
    const quarter = (way: number) => [...passes].filter(([address]) => Number(address.split('.')[3]) % 4 === way);
    for (const [way, due] of [
      [0, [1]],
      [1, [1]],
      [2, [2]],
      [3, [1, 2]],
    ] as const) {
      assert.is(quarter(way).length, servers / 4);
      for (const [address, seen] of quarter(way)) assert.equal(seen, [...due], address);
    }
    const all = servers + servers / 8;
    assert.is(lines, (all / 4) * (1 + 2 + 1 + 2));
    assert.is(facts.targets_sent, all + all / 2);
    assert.is(facts.targets_asked_again, all / 2);
    assert.equal(capable, { servers, others: 0 });
  }));

test.run();
