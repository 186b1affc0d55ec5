// takes: long
// runs: behind
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256Of } from '../../orchestrator/core/folder/files.ts';
import { cli } from './own-prober.ts';
import { addresses, hosts, type Setting, sectionsOf, setUp } from './switched.ts';

const test = suite('stages switched on and off');

test('stages are switched on for a finished run one by one: nothing else is asked, and the result is that of a run that had all from the start', async () => {
  const world = setUp();
  const results = [(await world.run()).manifest.result_sha256];
  const before = ['scan', 'handshake'].map(world.asked);
  let sections: Setting = {};
  for (const name of Object.keys(world.stages)) {
    sections = { ...sections, ...sectionsOf(world, name) };
    const { exitCode, stderr, manifest, ran } = await world.run(sections);
    assert.is(exitCode, 0, stderr);
    assert.equal(ran, [name, 'merge', 'report']);
    assert.equal(world.asked(name), addresses);
    results.push(manifest.result_sha256);
  }
  assert.equal(['scan', 'handshake'].map(world.asked), before);
  assert.ok(new Set(results).size >= 5, 'a ping changes no result, every other stage does');
  const fresh = await world.run(sections, 'fresh');
  assert.is(results.at(-1), fresh.manifest.result_sha256);
  assert.equal(await hosts(world.at('run')), await hosts(world.at('fresh')));
  const replay = await cli('replay', world.at('run'));
  assert.is(replay.exitCode, 0, replay.stdout + replay.stderr);
});

test('the manifest dates what was switched on by itself, and names the change', async () => {
  const world = setUp();
  const { manifest: before } = await world.run();
  const { manifest } = await world.run(sectionsOf(world, 'os'));
  const [first, second] = manifest.starts;
  assert.equal(first?.changed, {});
  assert.equal(Object.keys(second?.changed ?? {}), ['os']);
  assert.ok((manifest.stages.os?.started_at ?? '') > (before.finished_at ?? '~'));
  for (const stage of ['scan', 'handshake']) assert.equal(manifest.stages[stage], before.stages[stage], stage);
  assert.is(manifest.stages.os?.settings?.host_timeout, 120);
});

test('the report says how many days lie between the scan and a stage that was switched on later', async () => {
  const world = setUp();
  await world.run();
  // The manifest is made to say that the scan was twelve days earlier; without their seals, nobody can say that these files were changed.
  const path = join(world.at('run'), 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  const entry = join(world.at('run'), 'scan', '00000.json');
  const part = JSON.parse(readFileSync(entry, 'utf8'));
  for (const command of part.commands) {
    for (const key of ['started_at', 'ended_at'])
      command[key] = new Date(Date.parse(command[key]) - 12 * 86_400_000 - 60_000).toISOString();
  }
  delete part.self_sha256;
  delete manifest.self_sha256;
  writeFileSync(entry, JSON.stringify(part));
  manifest.stages.scan.parts['00000'] = part;
  writeFileSync(path, JSON.stringify(manifest));
  const { stdout, stderr } = await world.run(sectionsOf(world, 'os'));
  assert.match(stdout, /^NOTE +os: operating systems were asked 12 days after the scan/m, stderr);
  const page = readFileSync(join(world.at('run'), 'report', 'index.html'), 'utf8');
  assert.match(page, '<b>os</b>: operating systems were asked 12 days after the scan');
});

test('a stage that is switched off asks nobody and is not measured; switched on again it is taken up as it was, with its dates', async () => {
  const world = setUp();
  const on = await world.run(sectionsOf(world, 'os'));
  const off = await world.run();
  assert.is(off.exitCode, 0, off.stderr);
  assert.equal(off.ran, ['merge', 'report']);
  assert.equal([off.manifest.stages.os?.status, off.manifest.stages.os?.parts], ['left_out', {}]);
  const never = await world.run({}, 'never');
  assert.is(off.manifest.result_sha256, never.manifest.result_sha256);
  assert.equal((await cli('replay', world.at('run'))).exitCode, 0);
  const again = await world.run(sectionsOf(world, 'os'));
  assert.equal(world.asked('os'), addresses, 'asked once');
  assert.is(again.manifest.result_sha256, on.manifest.result_sha256);
  const { reads: _, ...entry } = on.manifest.stages.os ?? {};
  assert.equal({ ...again.manifest.stages.os, reads: undefined }, { ...entry, reads: undefined });
});

test('another setting of a stage that has finished parts is refused, also when it was off in between', async () => {
  const world = setUp();
  const os = { ...Object(world.stages.os), host_timeout: '60s' };
  await world.run(sectionsOf(world, 'os'));
  for (const sections of [null, {}]) {
    if (sections !== null) await world.run(sections);
    const { exitCode, stderr } = await world.run({ os });
    assert.is(exitCode, 2);
    assert.match(stderr, 'and os has finished parts: os.host_timeout was 120 and is 60 now');
  }
  assert.equal(world.asked('os'), addresses);
});

test('a setting of a stage without finished parts is free, and the stage is split anew', async () => {
  const world = setUp();
  const broken = await world.run({ os: { tool: { command: ['false'] } } });
  assert.is(broken.exitCode, 1);
  const { exitCode, stderr, ran, manifest } = await world.run({ ...sectionsOf(world, 'os'), parts: { os: 2 } });
  assert.is(exitCode, 0, stderr);
  assert.equal(ran, ['os', 'merge', 'report']);
  assert.equal(Object.keys(manifest.stages.os?.parts ?? {}), ['00000', '00001']);
  assert.equal(Object.keys(manifest.starts.at(-1)?.changed ?? {}).sort(), [
    'os.tool.command.0',
    'os.tool.command.1',
    'os.tool.command.2',
    'parts.os',
  ]);
});

test('a stage that was interrupted may be switched off, and goes on where it was when it is on again', async () => {
  const world = setUp();
  const [bash = '', dash = '', script = ''] = Object(world.stages.os).tool.command;
  const once = `[ "$(wc -l 2>/dev/null <${world.at('os.asked')})" = 1 ] && [ ! -e ${world.at('mended')} ] && exit 3; ${script}`;
  const os = { tool: { command: [bash, dash, once] } };
  assert.is((await world.run({ os })).exitCode, 1);
  const off = await world.run();
  assert.is(off.exitCode, 0, off.stderr);
  writeFileSync(world.at('mended'), '');
  const on = await world.run({ os });
  assert.is(on.exitCode, 0, on.stderr);
  assert.equal(world.asked('os'), addresses, 'each was asked once');
});

test('an input may be corrected until a part was made from it', async () => {
  const world = setUp();
  const asn = { rib: world.at('rib') };
  writeFileSync(world.at('rib'), '198.18.0.0\t16\t64400\n');
  // The stage before ends the run: no part was looked up in the table.
  assert.is((await world.run({ asn, scan: { tool: { command: ['false'] } } })).exitCode, 1);
  writeFileSync(world.at('rib'), '198.18.0.0\t16\t64500\n');
  const mended = await world.run({ asn });
  assert.is(mended.exitCode, 0, mended.stderr);
  assert.equal(Object.keys(mended.manifest.starts.at(-1)?.corrected ?? {}), [world.at('rib')]);
  writeFileSync(world.at('rib'), '198.18.0.0\t16\t64999\n');
  const changed = await world.run({ asn });
  assert.is(changed.exitCode, 2);
  const [was, is] = ['198.18.0.0\t16\t64500\n', '198.18.0.0\t16\t64999\n'].map(sha256Of);
  assert.match(
    changed.stderr,
    `another content of ${world.at('rib')}, and asn has finished parts: sha256 was ${was} and is ${is} now`,
  );
  const off = await world.run({});
  assert.is(off.exitCode, 0, off.stderr);
  assert.is((await world.run({ asn })).exitCode, 2, 'its records are of the first table, whatever was in between');
  writeFileSync(world.at('rib'), '198.18.0.0\t16\t64500\n');
  assert.is((await world.run({ asn })).manifest.result_sha256, mended.manifest.result_sha256);
});

test('a stage whose records were removed may get other settings: it is measured again', async () => {
  const world = setUp();
  await world.run(sectionsOf(world, 'os'));
  await execa('rm', ['-r', join(world.at('run'), 'os')]);
  const { exitCode, stderr, manifest } = await world.run({ os: { ...Object(world.stages.os), host_timeout: '60s' } });
  assert.is(exitCode, 0, stderr);
  assert.equal(world.asked('os'), [...addresses, ...addresses]);
  assert.is(manifest.stages.os?.settings?.host_timeout, 60);
  assert.ok(existsSync(join(world.at('run'), 'raw', 'superseded', 'os.0')));
});

test.run();
