// needs: root
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import type { Way } from '../../../../orchestrator/roles.ts';
import { HopsRecord } from '../../../../orchestrator/schemas/records/hops.ts';
import { traceroute } from '../../../../orchestrator/tools/traceroute/tool.ts';
import { skipUnless } from '../../../skip.ts';
import { decodeAll, makeContext } from '../context.ts';
import { isRoot, withPair } from '../namespace.ts';

const test = suite('traceroute');
const fixture = fileURLToPath(new URL('../../../fixtures/traceroute/traceroute.ndjson', import.meta.url));
const config = Config.parse({
  lab: true,
  lab_ranges: ['198.18.0.0/15'],
  targets: { list: 'x' },
  hops: { tool: 'traceroute', ttl: 4 },
});
const to = (address: string): Way => ({ address, port: 80, probe: 'v1', drawn_as: 'capable' });

test('hops, the end of the way and who refuses it are read; silent hops are left out', async () => {
  const context = await makeContext({
    rows: ['198.18.105.1', '2001:db8:105::1', '198.18.106.9', '198.18.250.1'].map(to),
    config,
  });
  await copyFile(fixture, join(context.folder, 'traceroute.ndjson'));
  const { records, rejects } = await decodeAll(traceroute, context);
  assert.equal(rejects, []);
  const told = records
    .map((record) => HopsRecord.parse(record))
    .map(({ hops, answer, answered_ttl, hop_before, failure }) => [
      ...[hops.map(({ ttl, address }) => `${ttl} ${address}`).join(), answer, answered_ttl, hop_before, failure],
    ]);
  assert.equal(told, [
    ['1 198.18.1.2,2 198.18.2.2,4 198.18.4.2,5 198.18.5.2', null, 6, '198.18.5.2', null],
    ['1 2001:db8:1::2,2 2001:db8:2::2,4 2001:db8:4::2,5 2001:db8:5::2', null, 6, '2001:db8:5::2', null],
    ['1 198.18.1.2,2 198.18.2.2,4 198.18.4.2', 'unreachable', 5, '198.18.4.2', null],
    ['', 'unreachable', 1, null, null],
  ]);
  assert.is(records[0]?.hops[0]?.rtt_us, 46);
});

test('what is no output of it is rejected, and nobody on the way is a time-out', async () => {
  const context = await makeContext({ rows: [to('198.18.4.1')], config });
  const silent = { address: '198.18.4.1', port: 80, probe: 'v1', lines: ['traceroute to ...', ' 1  *', ' 2  *'] };
  await writeFile(join(context.folder, 'traceroute.ndjson'), `not json\n${JSON.stringify(silent)}\n{"purged":1}\n`);
  const { records, rejects } = await decodeAll(traceroute, context);
  assert.is(rejects.length, 1);
  assert.equal(
    records.map(({ failure, hops }) => [failure, hops.length]),
    [['timeout', 0]],
  );
});

test('the program itself, over a wire', async () => {
  const there = await execa('which', ['traceroute'], { reject: false });
  if (skipUnless(isRoot && there.exitCode === 0, 'traceroute over a wire', 'needs root and traceroute')) return;
  await withPair('trace', async (scanner) => {
    const context = await makeContext({ rows: [to('198.18.4.1')], config, within: ['ip', 'netns', 'exec', scanner] });
    await traceroute.collect?.(context);
    const { records } = await decodeAll(traceroute, context);
    assert.equal(
      records.map(({ answered_ttl, failure }) => [answered_ttl, failure]),
      [[1, null]],
    );
  });
});

test.run();
