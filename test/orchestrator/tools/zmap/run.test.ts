import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ProgramError } from '../../../../orchestrator/errors.ts';
import { flavours } from '../../../../orchestrator/tools/zmap/program.ts';
import { zmap } from '../../../../orchestrator/tools/zmap/tool.ts';
import { decodeAll, temporaryFolder } from '../context.ts';
import { complete, contextOf, withFake } from './fake-zmap.ts';

const zmapTool = suite('zmap-run');

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

zmapTool(
  'each port and version is a run of its own, with our own configuration, blocklist, rate and seed',
  async () => {
    const { within, argv } = await withFake(complete);
    const blocklist = join(await temporaryFolder(), 'blocklist');
    await writeFile(blocklist, '198.18.0.77 # asked for\n2001:db8:7::/48\n');
    const scan = {
      ports: [80, 443],
      versions: [1, 0],
      rate: 250,
      blocklist,
      interface: 's0',
      gateway_mac: '02:00:00:00:00:01',
    };
    const context = await contextOf(['198.18.0.5', '198.18.1.0/24', '2001:db8::5'], scan, within);
    await zmap.collect?.(context);
    const runs = (await readFile(argv, 'utf8')).trimEnd().split('\n');
    assert.is(runs.length, 8);
    for (const [index, run] of runs.slice(0, 4).entries()) {
      assert.match(run, /zmap-module\/build\/mptcp_synscan\.so -M mptcp_synscan/);
      assert.match(run, `--probe-args=${index < 2 ? 'v1' : 'v0'} -p ${index % 2 === 0 ? 80 : 443} `);
      assert.match(
        run,
        `-C ${context.folder}/zmap.conf -b ${context.folder}/blocklist.txt -w ${context.folder}/allowlist.txt`,
      );
      assert.match(run, '-P 1 -r 250 -T 1 --seed=2015 -c 8 -i s0 -G 02:00:00:00:00:01');
      assert.match(run, / -O json -f daddr,ipid,ttl,timestamp-ts,timestamp-us,target,classification,[a-z_,]+ -o /);
    }
    assert.is(await readFile(join(context.folder, 'allowlist.txt'), 'utf8'), '198.18.0.5/32\n198.18.1.0/24\n');
    assert.match(await readFile(join(context.folder, 'blocklist.txt'), 'utf8'), /^# .*\n198\.18\.0\.77\/32\n$/);
    for (const [index, run] of runs.slice(4).entries()) {
      const probe = index < 2 ? 'v1' : 'v0';
      assert.match(run, `-M ipv6_mptcp_synscan --probe-args=${probe},list=hitlist.bin -p `);
      assert.match(run, `-b ${context.folder}/no-blocklist.txt -w ${context.folder}/numbers.txt`);
    }
    assert.is(context.progressed.at(-1), 258);
  },
);

zmapTool("every zmap of a part reads the part's secret file, whatever the environment says", async () => {
  const { within, argv } = await withFake(complete);
  const context = await contextOf(['198.18.0.5', '2001:db8::5'], { versions: [1, 0] }, within);
  process.env.MPTCP_SYNSCAN_SECRET = '000102030405060708090a0b0c0d0e0f';
  try {
    await zmap.collect?.(context);
  } finally {
    delete process.env.MPTCP_SYNSCAN_SECRET;
  }
  const secrets = (await readFile(`${argv}.secrets`, 'utf8')).trimEnd().split('\n');
  assert.equal(secrets, Array(4).fill(`|${join(context.folder, 'secret')}`));
});

zmapTool('IPv6 targets alone start no IPv4 run: an empty allowlist would mean everybody', async () => {
  const { within, argv } = await withFake(complete);
  const context = await contextOf(['2001:db8::5', '2001:db8::6', '2001:db8::7'], { versions: [1, 0] }, within);
  await zmap.collect?.(context);
  const runs = (await readFile(argv, 'utf8')).trimEnd().split('\n');
  assert.is(runs.length, 2);
  assert.ok(runs.every((run) => run.includes('-M ipv6_mptcp_synscan')));
  const counts = JSON.parse(await readFile(join(context.folder, 'hitlist.json'), 'utf8'));
  assert.is(counts.kept, 3);
  const { records, rejects } = await decodeAll(zmap, context);
  assert.equal([records, rejects], [[], []]);
});

zmapTool(
  'the list of IPv6 targets is given by its name, from where it lies: a comma in the path would end it',
  async () => {
    const { within, argv } = await withFake(complete);
    const context = await contextOf(['2001:db8::5', '2001:db8::6', '2001:db8::7'], {}, within);
    await zmap.collect?.(context);
    assert.match(await readFile(argv, 'utf8'), '--probe-args=v1,list=hitlist.bin -p ');
    assert.is((await readFile(`${argv}.folders`, 'utf8')).split('\n')[0], context.folder);
  },
);

zmapTool('an IPv6 address that opted out is not on the hitlist', async () => {
  const { within } = await withFake(complete);
  const blocklist = join(await temporaryFolder(), 'blocklist');
  await writeFile(blocklist, '2001:db8:7::/48 # asked for\n');
  const context = await contextOf(['2001:db8::5', '2001:db8:7::1'], { blocklist }, within);
  await zmap.collect?.(context);
  const counts = JSON.parse(await readFile(join(context.folder, 'hitlist.json'), 'utf8'));
  assert.equal([counts.kept, counts.opted_out], [1, 1]);
});

zmapTool('a part without targets starts nothing', async () => {
  const { within, argv } = await withFake(complete);
  await zmap.collect?.(await contextOf([], {}, within));
  assert.not(await exists(argv));
});

const incomplete: [title: string, metadata: string, message: RegExp][] = [
  ['an interrupted zmap is an error though it exits with 0', '', /interrupted: its metadata file is empty/],
  ['a zmap that stopped sending is an error', complete.replace('"total_sent": 3', '"total_sent": 2'), /sent to 2 of 3/],
];
for (const [title, metadata, message] of incomplete) {
  zmapTool(title, async () => {
    const context = await contextOf(['198.18.0.5'], {}, (await withFake(metadata)).within);
    try {
      await zmap.collect?.(context);
      assert.unreachable('it went through');
    } catch (error) {
      assert.instance(error, ProgramError);
      assert.match(String(error), message);
    }
  });
}

const complete4 = complete
  .replace('blacklist_total_allowed', 'blocklist_total_allowed')
  .replace('total_sent', 'targets_scanned');

zmapTool(
  'a zmap 4 with the module built in runs without the plug-in, hides no repeat and reads the clock per packet',
  async () => {
    const { within, argv } = await withFake(complete4);
    const scan = { versions: [1], rate: 250, interface: 's0' };
    const context = await contextOf(['198.18.0.5', '198.18.0.6', '198.18.0.7'], scan, within, flavours.tree);
    await zmap.collect?.(context);
    const [run = ''] = (await readFile(argv, 'utf8')).trimEnd().split('\n');
    assert.match(run, /^ -M mptcp_synscan --probe-args=v1 -p 80 /, 'nothing is loaded');
    assert.match(run, / --dedup-method=none --batch=1$/);
    assert.match(run, ' -f daddr,ipid,ttl,timestamp_ts,timestamp_us,target,classification,');
    assert.match(run, `-b ${context.folder}/blocklist.txt -w ${context.folder}/allowlist.txt -P 1 -r 250 -T 1`);
    assert.is((await zmap.facts?.(context.folder))?.targets_sent, 3);
  },
);

zmapTool('with the module built in for IPv4 alone, IPv6 targets stop the part before a packet is sent', async () => {
  const { within, argv } = await withFake(complete4);
  const context = await contextOf(['198.18.0.5', '2001:db8::5'], {}, within, flavours.tree);
  const error = await zmap.collect?.(context).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  assert.match(String(error), 'there are IPv6 targets, and this zmap has the module only for IPv4');
  assert.not(await exists(argv));
});

zmapTool('ZMapv6 says how many IPv4 targets it left out: the first of each run', async () => {
  const { within } = await withFake(complete4);
  const context = await contextOf(['198.18.0.5'], { versions: [1, 0] }, within, flavours.tree6);
  await zmap.collect?.(context);
  assert.is((await zmap.facts?.(context.folder))?.first_targets_unsent, 2);
});

zmapTool('a zmap that was not looked at is not run', async () => {
  const { within, argv } = await withFake(complete4);
  const context = await contextOf(['198.18.0.5'], {}, within, 'something else');
  const error = await zmap.collect?.(context).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  assert.match(String(error), 'this zmap cannot send our probes');
  assert.not(await exists(argv));
});

zmapTool('the RSTs that the kernel sent meanwhile are counted for each run', async () => {
  const { within } = await withFake(complete);
  const context = await contextOf(['198.18.0.5'], { versions: [1, 0] }, within);
  await zmap.collect?.(context);
  for (const [name, before, after] of [
    ['80-v1', 100, 164],
    ['80-v0', 170, 175],
  ]) {
    const path = join(context.folder, `${name}.resets.json`);
    const real = JSON.parse(await readFile(path, 'utf8'));
    assert.ok(Number.isInteger(real.before) && real.after >= real.before, JSON.stringify(real));
    await writeFile(path, JSON.stringify({ before, after }));
  }
  assert.is((await zmap.facts?.(context.folder))?.out_rsts, 69);
});

zmapTool('metadata of an unknown shape are an error that names the file', async () => {
  const context = await contextOf(['198.18.0.5'], {}, (await withFake('{"sent": 3}')).within);
  const error = await zmap.collect?.(context).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  assert.match(String(error), /80-v1\.metadata\.json is not the metadata of zmap/);
});

zmapTool('a blocklist line that is no prefix stops the part before a packet is sent', async () => {
  const { within, argv } = await withFake(complete);
  const blocklist = join(await temporaryFolder(), 'blocklist');
  await writeFile(blocklist, 'opt-out.example\n');
  const context = await contextOf(['198.18.0.5'], { blocklist }, within);
  try {
    await zmap.collect?.(context);
    assert.unreachable('it went through');
  } catch (error) {
    assert.match(String(error), 'opt-out.example');
  }
  assert.not(await exists(argv));
});

zmapTool.run();
