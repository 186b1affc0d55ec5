// needs: root
// takes: long
// runs: apart: it scans at 5,000 packets a second; a receiver that is starved loses answers
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addKernelServers, addResponder, gatewayMac, inLab, type Lab, moduleFolder, plugin } from './lab.ts';
import { scan, scanLines, testSecret, zmap } from './zmap.ts';

/** 198.19.0.0/19 holds 256 hosts each of 32 personalities, of which one is silent. */
const answering = 31 * 256;

const test = suite('the stock zmap under the plug-in');

test('without -G it does not hang, and hangs again when the repair is off', () =>
  inLab('no gateway', async (lab) => {
    await addKernelServers(lab);
    await lab.ip('-n', lab.scanner, 'route', 'add', 'default', 'via', '240.0.0.1');
    await lab.ip('-n', lab.scanner, 'neigh', 'replace', '240.0.0.1', 'lladdr', gatewayMac, 'dev', 's0');
    const args = ['-M', 'mptcp_synscan', '-p', '80', '-r', '1000', '-c', '2', '--seed', '1', '198.18.0.0/28'];
    const repaired = await zmap(lab, args);
    assert.is(repaired.stdout.split('\n').length, 16, repaired.stderr);
    const hanging = ['ip', 'netns', 'exec', lab.scanner, 'timeout', '4', 'zmap', '-i', 's0', ...args];
    const files = ['-C', join(lab.folder, 'zmap.conf'), '-b', join(lab.folder, 'blocklist.conf')];
    const env = { LD_PRELOAD: plugin, MPTCP_SYNSCAN_NO_RECV: '1' };
    const { exitCode } = await execa(hanging[0] ?? '', [...hanging.slice(1), ...files], { env, reject: false });
    assert.is(exitCode, 124, 'timeout ended it');
  }));

test('every repair is listed at start-up, on or off', () =>
  inLab('list of repairs', async (lab) => {
    const words = ['RECV', 'CLOCK', 'RING', 'NULL', 'ADDRESS', 'OUTGOING', 'ZONE', 'LINE'];
    const args = ['-M', 'mptcp_synscan', '-p', '80', '-G', gatewayMac, '-c', '2', '198.18.0.0/30'];
    const on = await zmap(lab, args);
    const off = await zmap(lab, args, Object.fromEntries(words.map((word) => [`MPTCP_SYNSCAN_NO_${word}`, '1'])));
    for (const word of words) {
      assert.match(on.stderr, new RegExp(`repair on: .*MPTCP_SYNSCAN_NO_${word}=1`));
      assert.match(off.stderr, new RegExp(`repair off: .*MPTCP_SYNSCAN_NO_${word}=1`));
    }
  }));

test('without the right to capture it says so, and not that memory is short', () =>
  inLab('no privileges', async (lab) => {
    const files = ['-C', join(lab.folder, 'zmap.conf'), '-b', join(lab.folder, 'blocklist.conf'), '-i', 's0'];
    const args = [...files, '-M', 'mptcp_synscan', '-p', '80', '-G', gatewayMac, '-c', '2', '198.18.0.0/30'];
    const unprivileged = ['netns', 'exec', lab.scanner, 'setpriv', '--bounding-set=-net_raw', 'zmap', ...args];
    const { stderr, exitCode } = await execa('ip', unprivileged, { env: { LD_PRELOAD: plugin }, reject: false });
    assert.match(stderr, /no 64 MB capture ring \(.*not permitted\): the stock one is tried/);
    assert.match(stderr, /repair off: 64 MB capture ring/);
    assert.is(exitCode, 1);
  }));

test('a field without a value is null, or left out when that repair is off', () =>
  inLab('null', async (lab) => {
    await addKernelServers(lab);
    const options = { probe: 'plain', args: ['198.18.0.0/32'], fields: ['mptcp_option', 'faults'] };
    assert.equal(await scanLines(lab, options), ['{ "mptcp_option": null, "faults": "" }']);
    assert.equal(await scanLines(lab, { ...options, env: { MPTCP_SYNSCAN_NO_NULL: '1' } }), ['{ "faults": "" }']);
  }));

/** A flat object as json-c writes it. */
const asJsonC = (line: string) =>
  `{ ${Object.entries<unknown>(JSON.parse(line))
    .map((pair) => pair.map((part) => JSON.stringify(part)).join(': '))
    .join(', ')} }`;
/** What two scans of the same hosts differ in: times, and what the responder draws. */
const settled = (line: string) =>
  line
    .replace(/("timestamp-..": |_us": )\d+/g, '$1N')
    .replace(/"[0-9a-f,]{8,}"/g, '"HEX"')
    .replace(/("timestamp-str": )"[^"]+"/, '$1N')
    .replace(/("cooldown": )./, '$1N');

test('a line is the same to the byte when json-c writes it, in its order and with its nulls, and zmap says the same time', () =>
  inLab('line', async (lab) => {
    await addResponder(lab, 0);
    const options = { probe: 'v0', args: ['198.19.0.0/19'], rate: 5000 };
    const own = await scanLines(lab, options);
    const stock = await scanLines(lab, {
      ...options,
      env: { MPTCP_SYNSCAN_NO_LINE: '1', MPTCP_SYNSCAN_NO_ZONE: '1' },
    });
    assert.is(own.length, answering);
    for (const line of [...own, ...stock]) assert.is(line, asJsonC(line));
    assert.equal(own.map(settled).sort(), stock.map(settled).sort());
    const zone = (lines: string[]) => new Set(lines.map((line) => /"timestamp-str": ".*([+-]\d{4})"/.exec(line)?.[1]));
    assert.equal(zone(own), zone(stock));
  }));

test('what this machine sends is not looked at, and is when that repair is off', () =>
  inLab('outgoing', async (lab) => {
    await lab.ip('-n', lab.target, 'route', 'add', 'blackhole', '198.18.0.0/15');
    // Right answers on their way out by our own link, to and from MAC addresses that nobody here has: zmap's filter leaves out its own.
    const answerer = [
      join(moduleFolder, 'build/answerer'),
      's0',
      '02:00:00:00:00:99',
      '240.0.0.2',
      testSecret,
      '256',
      '1000',
    ];
    const args = ['198.18.0.0/23'];
    for (const [env, seen] of [
      [{}, 0],
      [{ MPTCP_SYNSCAN_NO_OUTGOING: '1' }, 256],
    ] as const) {
      await lab.serve(lab.scanner, answerer);
      assert.is((await scanLines(lab, { probe: 'v1', rate: 200, args, env })).length, seen);
    }
  }));

test('CSV and JSON say the same', () =>
  inLab('CSV', async (lab) => {
    await addResponder(lab, 0);
    const names = ['target', 'classification', 'faults', 'mptcp_option', 'seq', 'icmp_hop', 'window', 'options_order'];
    const output = ['-f', names.join(','), '-G', gatewayMac, '-c', '2', '-p', '80', '-r', '2000'];
    const args = ['-M', 'mptcp_synscan', '--probe-args', `v0,secret=${testSecret}`, ...output, '198.19.0.0/19'];
    const csv = await zmap(lab, [...args, '-O', 'csv']);
    const json = await zmap(lab, [...args, '-O', 'json']);
    const fromCsv = csv.stdout
      .split('\n')
      .slice(1)
      .map((line) => [...line.matchAll(/"([^"]*)"|([^,]+)|(?<=^|,)(?=,|$)/g)]);
    const rows = fromCsv.map((cells) => cells.map((cell) => cell[1] ?? cell[2] ?? ''));
    // Random by the responder's hand, so only their presence can be compared between two scans.
    const settled = (values: readonly string[]) =>
      values.map((value, i) => (i === 3 || i === 4 ? value.length : value));
    const other = json.stdout
      .split('\n')
      .map((line) => Object.values<unknown>(JSON.parse(line)).map((v) => String(v ?? '')));
    const sorted = (table: readonly string[][]) => table.map((row) => settled(row).join(' ')).sort();
    assert.is(rows.length, answering);
    assert.equal(sorted(rows), sorted(other));
  }));

/** Frames that a dry run prints, without timestamps: nothing is sent. */
async function frames(lab: Lab, probe: string, args: readonly string[]): Promise<string[]> {
  const module = ['-M', 'mptcp_synscan', '--probe-args', `${probe},options=windows,secret=${testSecret}`, '-p', '80'];
  const { stdout } = await zmap(lab, [...module, '--dryrun', '--seed', '7', '-G', gatewayMac, '-c', '0', ...args]);
  return [...stdout.matchAll(/frame: ([0-9a-f]+)/g)].map((match) => match[1] ?? '').sort();
}

test('threads and shards send the very same packets', () =>
  inLab('same packets', async (lab) => {
    const targets = '198.18.0.0/22';
    for (const [probe, streams, count] of [
      ['v1', '1', 1],
      ['v0+v1+join', '3', 3],
      ['v1,ttl=3-4', '4', 4],
    ] as const) {
      const whole = await frames(lab, probe, ['-P', streams, targets]);
      assert.is(new Set(whole).size, 1024 * count, probe);
      assert.equal(await frames(lab, probe, ['-P', streams, '-T', '2', targets]), whole, `${probe} with two threads`);
      const parts: string[] = [];
      for (const shard of ['0', '1', '2']) {
        parts.push(...(await frames(lab, probe, ['-P', streams, '--shards', '3', '--shard', shard, targets])));
      }
      assert.equal(parts.sort(), whole, `${probe} in three shards`);
    }
  }));

test('threads, -P and shards see the same classifications', () =>
  inLab('same classifications', async (lab) => {
    await addResponder(lab, 0);
    const see = async (probe: string, probes: number, args: readonly string[]) => {
      const replies = await scan(lab, { probe, probes, args: [...args, '198.19.0.0/19'], rate: 5000 });
      const mine = replies.filter((reply) => reply.probe === 'v1' && reply.probe_num === 0);
      return mine.map((reply) => `${reply.target} ${reply.dport} ${reply.classification}`).sort();
    };
    const whole = await see('v1', 1, []);
    assert.is(whole.length, answering);
    assert.equal(await see('v1', 1, ['-T', '2']), whole);
    assert.equal(await see('v1+v0', 2, []), whole);
    // One after the other: shards of one secret on one interface take each other's answers for their own.
    const first = await see('v1', 1, ['--seed', '7', '--shards', '2', '--shard', '0']);
    const second = await see('v1', 1, ['--seed', '7', '--shards', '2', '--shard', '1']);
    assert.equal([...first, ...second].sort(), whole);
  }));

test('in other programs it is silent, in an unknown zmap it says why it does nothing', () =>
  inLab('other programs', async (lab) => {
    const quiet = await execa('true', [], { env: { LD_PRELOAD: plugin } });
    assert.is(quiet.stdout + quiet.stderr, '');
    const other = join(lab.folder, 'zmap');
    await copyFile('/bin/true', other);
    await execa('chmod', ['+x', other]);
    const unknown = await execa(other, [], { env: { LD_PRELOAD: plugin } });
    assert.match(unknown.stderr, /this zmap is not the 2\.1\.1 that the plug-in is made for .*not loaded/);
  }));

test.run();
