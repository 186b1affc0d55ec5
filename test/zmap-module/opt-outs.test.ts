// needs: root
// runs: apart: whoever opted out may be sent packets for a second or two: a sender that is starved is late
import { readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { PrefixSet } from '../../orchestrator/address/prefix-set.ts';
import { keptBackVariable, OptOutTable, optOutVariable } from '../../orchestrator/tools/zmap/opt-out-table.ts';
import { type Arrival, arrivals } from './arrivals.ts';
import { addKernelServers, gatewayMac, inLab, joinIpv6, type Lab } from './lab.ts';
import { buildList, scattered } from './list.ts';
import { zmap } from './zmap.ts';

const test = suite('an address that opts out while zmap sends gets no further packet');

/** What a frame that is on its way may need from the plug-in's look at the table to the capture at the other end. */
const graceMs = 20;

const Metadata = z.looseObject({
  total_sent: z.int(),
  opted_out: z.int(),
  opted_out_packets: z.int(),
  blacklist_total_allowed: z.int(),
});

interface OptOutRun {
  seen: Arrival[];
  metadata: z.infer<typeof Metadata>;
  /** Addresses that the plug-in listed as kept back. */
  keptBack: string[];
  stderr: string;
  /** When the table was written, milliseconds since 1970. */
  writtenAt: number;
}

const Links = z.array(z.looseObject({ stats64: z.object({ rx: z.object({ packets: z.int() }) }) }));

async function received(lab: Lab): Promise<number> {
  const { stdout } = await execa('ip', ['-n', lab.target, '-j', '-s', 'link', 'show', 't0']);
  return Links.parse(JSON.parse(stdout))[0]?.stats64.rx.packets ?? 0;
}

/** Resolves when so many packets more have reached the target. */
async function untilReceived(lab: Lab, packets: number): Promise<void> {
  const due = (await received(lab)) + packets;
  while ((await received(lab)) < due) await setTimeout(20);
}

/** A scan at 1,000 packets/s; after its first hundreds of packets `change` is done to the table. */
async function scanWhile(
  lab: Lab,
  { args, filter }: { args: readonly string[]; filter: string },
  change: (table: OptOutTable) => Promise<void>,
): Promise<OptOutRun> {
  const table = new OptOutTable(join(lab.folder, 'opt-outs'));
  await table.write(new PrefixSet([]));
  const place = { namespace: lab.target, interface: 't0', folder: lab.folder };
  const more = ['-G', gatewayMac, '-r', '1000', '-T', '1', '-c', '2', '-m', join(lab.folder, 'metadata')];
  let writtenAt = Number.NaN;
  let stderr = '';
  const seen = await arrivals(place, filter, async () => {
    const names = { [optOutVariable]: table.path, [keptBackVariable]: join(lab.folder, 'kept-back') };
    const scan = zmap(lab, [...args, ...more], names);
    await untilReceived(lab, 400);
    await change(table);
    writtenAt = Date.now();
    stderr = (await scan).stderr;
  });
  const metadata = Metadata.parse(JSON.parse(await readFile(join(lab.folder, 'metadata'), 'utf8')));
  await rm(table.path, { force: true });
  const keptBack = (await readFile(join(lab.folder, 'kept-back'), 'utf8')).split('\n').filter(Boolean);
  return { seen, metadata, stderr, keptBack, writtenAt };
}

/** Packets to a set of addresses, by whether they arrived before or after the table was written. */
function around({ seen, writtenAt }: OptOutRun, isOut: (address: string) => boolean) {
  const out = seen.filter(({ address }) => isOut(address));
  return {
    out,
    late: out.filter(({ at }) => at > writtenAt + graceMs).map(({ address, at }) => `${address} ${at - writtenAt} ms`),
    others: seen.length - out.length,
  };
}

const syn4 = 'tcp[tcpflags] == tcp-syn and dst net 198.18.0.0/16';

test('IPv4: half of the targets, counted, and all others are probed', () =>
  inLab('IPv4', async (lab) => {
    await addKernelServers(lab);
    const args = ['-M', 'mptcp_synscan', '-p', '80', '198.18.0.0/20'];
    const run = await scanWhile(lab, { args, filter: syn4 }, (table) =>
      table.write(new PrefixSet(['198.18.8.0/21', '2001:db8::/32'])),
    );
    const { out, late, others } = around(run, (address) => /^198\.18\.(8|9|1\d)\./.test(address));
    assert.equal(late, []);
    assert.is(others, 2048);
    assert.ok(out.length > 0 && out.length < 2048, `${out.length} of those that opted out were probed before`);
    assert.is(run.metadata.opted_out, 2048 - out.length);
    assert.is(run.metadata.opted_out_packets, 2048 - out.length);
    const reached = new Set(out.map(({ address }) => address));
    const unreached = Array.from({ length: 2048 }, (_, n) => `198.18.${8 + (n >> 8)}.${n & 255}`).filter(
      (address) => !reached.has(address),
    );
    assert.equal([...run.keptBack].sort(), unreached.sort(), 'who was sent nothing is listed');
    assert.is(run.metadata.total_sent, 4096, 'the scan came to its end');
    assert.match(run.stderr, /opt-outs: table 2 of .*, 1 ranges of IPv4 and 1 of IPv6/);
  }));

test('IPv6', () =>
  inLab('IPv6', async (lab) => {
    await addKernelServers(lab);
    await joinIpv6(lab);
    await buildList(lab, scattered(4096, '2001:db8:1:0'));
    const list = join(lab.folder, 'list');
    const args = ['-M', 'ipv6_mptcp_synscan', '-p', '80', `--probe-args=v1,list=${list}`];
    args.push('-w', join(lab.folder, 'numbers'));
    const filter = 'ip6[6] == 6 and ip6[53] == 2 and dst net 2001:db8:1::/64';
    const run = await scanWhile(lab, { args, filter }, (table) => table.write(new PrefixSet(['2001:db8:1::/65'])));
    const { out, late, others } = around(run, (address) =>
      /^2001:db8:1:0?:([0-7]...|.{1,3}):|^2001:db8:1::/.test(address),
    );
    assert.equal(late, []);
    assert.is(others + out.length + run.metadata.opted_out, 4096);
    assert.ok(run.metadata.opted_out > 500, `${run.metadata.opted_out} kept back`);
    const seenOut = new Set(out.map(({ address }) => address));
    assert.is(new Set(run.keptBack).size, run.metadata.opted_out);
    assert.equal(
      run.keptBack.filter((address) => seenOut.has(address)),
      [],
    );
  }));

test("zmap's own module icmp_echo_time, whose three packets to a target count as one target", () =>
  inLab('ICMP', async (lab) => {
    await addKernelServers(lab);
    const args = ['-M', 'icmp_echo_time', '-P', '3', '198.18.0.0/21'];
    const filter = 'icmp[0] == 8 and dst net 198.18.0.0/16';
    const run = await scanWhile(lab, { args, filter }, (table) => table.write(new PrefixSet(['198.18.0.0/22'])));
    const { out, late, others } = around(run, (address) => /^198\.18\.[0-3]\./.test(address));
    assert.equal(late, []);
    assert.is(others, 3 * 1024);
    assert.is(run.metadata.opted_out_packets, 3 * 1024 - out.length);
    assert.is(run.metadata.opted_out, 1024 - new Set(out.map(({ address }) => address)).size);
  }));

for (const { what, harm } of [
  { what: 'is cut short', harm: (table: OptOutTable) => truncate(table.path, 0) },
  { what: 'is removed', harm: (table: OptOutTable) => rm(table.path) },
]) {
  test(`a table that ${what} while zmap sends still holds, and zmap sends on`, () =>
    inLab(what, async (lab) => {
      await addKernelServers(lab);
      const args = ['-M', 'mptcp_synscan', '-p', '80', '198.18.0.0/20'];
      const run = await scanWhile(lab, { args, filter: syn4 }, async (table) => {
        await table.write(new PrefixSet(['198.18.8.0/21']));
        await untilReceived(lab, 200);
        await harm(table);
      });
      const { late, others } = around(run, (address) => /^198\.18\.(8|9|1\d)\./.test(address));
      assert.equal(late, []);
      assert.is(others, 2048);
      assert.is(run.metadata.total_sent, 4096);
      assert.match(run.stderr, /the last table holds/);
    }));
}

test('the table that a census writes is one that stays in a folder which zmap cannot enter any more', () =>
  inLab('closed folder', async (lab) => {
    await execa('chmod', ['700', lab.folder]);
    await addKernelServers(lab);
    const args = ['-M', 'mptcp_synscan', '-p', '80', '198.18.0.0/20', '-o', '/dev/null'];
    const run = await scanWhile(lab, { args, filter: syn4 }, (table) => table.write(new PrefixSet(['198.18.0.0/16'])));
    assert.equal(around(run, () => true).late, []);
    assert.is(run.metadata.opted_out, 4096 - run.seen.length);
  }));

test.run();
