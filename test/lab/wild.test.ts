// needs: root
// takes: long
import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { check } from '../../scripts/lab/check/check.ts';
import { readResult } from '../../scripts/lab/check/result.ts';
import { writeData } from '../../scripts/lab/data.ts';
import { planOf } from '../../scripts/lab/plan.ts';
import { recordedPath } from '../../scripts/lab/recorded-path.ts';
import { tearDown } from '../../scripts/lab/teardown.ts';
import { readTruth } from '../../scripts/lab/truth.ts';
import { readWorld } from '../../scripts/lab/world.ts';
import { skipUnless } from '../skip.ts';
import { census, standUp, startCensus } from './census-in-lab.ts';
import { whyNoLab } from './inside.ts';

const test = suite('lab/wild');

/** Rows of a CSV of the report, cells without commas. */
async function csv(run: string, name: string): Promise<Record<string, string>[]> {
  const [head = '', ...lines] = (await readFile(join(run, 'report', `${name}.csv`), 'utf8')).trim().split('\n');
  const keys = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, n) => [keys[n] ?? '', cell])));
}

const Caused = z.looseObject({ address: z.string(), cause: z.string().nullable() });
const Swept = z.looseObject({ address: z.string(), cause: z.string().nullable(), answer_window: z.int().nullable() });

const reason = await whyNoLab();
if (!skipUnless(reason === null, 'lab/wild', reason ?? '')) {
  const stand = await standUp({ world: 'wild' });
  const run = stand.folder('wild');

  async function records(stage: string): Promise<string[]> {
    return (await census(stand, ['cat', run, stage])).stdout.split('\n').filter((line) => line !== '');
  }

  test('nothing is called capable that is not, no genuine server an echo, and no cause is wrong', async () => {
    const { exitCode, stdout, stderr } = await census(stand, ['run', '-c', stand.config, run]);
    assert.is(exitCode, 0, stdout + stderr);
    assert.equal(check(await readTruth(stand.truth), await readResult(run)).differences, []);
  });

  test('causes that are sure are named: a SYN turned round in five ways, and everything returned', async () => {
    const truth = await readTruth(stand.truth);
    const caused = new Map(
      (await records('hosts')).map((line) => Caused.parse(JSON.parse(line))).map((host) => [host.address, host.cause]),
    );
    for (const { address, cause, site } of truth.hosts)
      if (cause === 'syn_reflected' || cause === 'everything_returned') assert.is(caused.get(address), cause, site);
  });

  test('the SYN proxy of the kernel is told by its SYN/ACK, no other endpoint is called one', async () => {
    const truth = await readTruth(stand.truth);
    const proxied = new Set(truth.hosts.filter(({ site }) => site === 'proxied').map(({ address }) => address));
    const swept = (await records('hops')).map((line) => Swept.parse(JSON.parse(line)));
    assert.ok(
      swept.some(({ address }) => proxied.has(address)),
      'one was swept',
    );
    for (const { address, cause } of swept) assert.is(cause, proxied.has(address) ? 'syn_proxy' : null, address);
  });

  test('systems against boxes: in a world where it is true boxes have systems of their own, and none where it is false', async () => {
    const alike = stand.folder('alike');
    const data = stand.folder('alike-data');
    await writeData(planOf(await readWorld('wild-alike')), data);
    await cp(run, alike, { recursive: true });
    for (const folder of ['os', 'raw/os']) await rm(join(alike, folder), { recursive: true, force: true });
    const env = { ...(await recordedPath(data)), MPTCP_CENSUS_LAB_DIR: data };
    const again = await startCensus(stand, ['run', '-c', stand.config, alike], { env });
    assert.is(again.exitCode, 0, String(again.stderr));
    const shares = async (folder: string) =>
      Object.fromEntries(
        (await csv(folder, 'system_signs')).map((row) => [row.vendor, [Number(row.capable), Number(row.echoed)]]),
      );
    const [yes, no] = [await shares(run), await shares(alike)];
    assert.is(yes.Cisco?.[0], 0);
    assert.is(yes.Linux?.[1], 0);
    assert.ok((yes.Cisco?.[1] ?? 0) > 0 && (yes.F5?.[1] ?? 0) > 0 && (yes.Linux?.[0] ?? 0) > 0, JSON.stringify(yes));
    for (const vendor of ['Cisco', 'Linux'])
      assert.ok((no[vendor]?.[0] ?? 0) > 0 && (no[vendor]?.[1] ?? 0) > 0, JSON.stringify(no));
  });

  test('the lab goes', async () => {
    await tearDown(stand.lab);
  });
}

test.run();
