// needs: root
// runs: apart: it scans at 4,000 packets a second; a receiver that is starved loses answers
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cliWords } from '../cli-words.ts';
import {
  addressesOf,
  count,
  drawBlocklist,
  drawer,
  drawLine,
  entries,
  holds,
  type Range,
  rangeOf,
  textOf,
} from '../orchestrator/address/drawn-blocklist.ts';
import { arrivals } from '../zmap-module/arrivals.ts';
import { gatewayMac, inLab, joinIpv6, type Lab } from '../zmap-module/lab.ts';

const test = suite('whom packets go to');

/** MPTCP servers at 198.18.0.0/22, silence everywhere else. */
async function addHosts(lab: Lab): Promise<void> {
  await joinIpv6(lab);
  for (const prefix of ['198.18.0.0/15', '240.1.0.0/16']) {
    await lab.ip('-n', lab.target, 'route', 'replace', 'local', prefix, 'dev', 'lo');
  }
  await lab.ip('-n', lab.scanner, 'route', 'add', '240.0.0.0/4', 'via', '240.0.0.1');
  const rules = [
    'table inet quiet {\nchain i {\ntype filter hook input priority 0',
    'iifname "t0" ip daddr != { 198.18.0.0/22, 240.0.0.1 } drop',
    'iifname "t0" ip6 daddr 2001:db8:1::/64 drop\n}\n}\n',
  ];
  await execa('ip', ['netns', 'exec', lab.target, 'nft', '-f', '-'], { input: rules.join('\n') });
  const server = `require('http').createServer((_, to) => to.end('x')).listen(80, '0.0.0.0', () => console.log('READY'))`;
  await lab.serve(lab.target, ['mptcpize', 'run', process.execPath, '-e', server]);
}

/** All of whom ranges ask, as texts. */
function each(ranges: readonly Range[]): Set<string> {
  return new Set(ranges.flatMap((range) => [...addressesOf(range)].map((value) => textOf(range.family, value))));
}

test(`of ${count} targets against ${entries} opt-outs every one that is not blocked gets a packet, and no blocked one`, () =>
  inLab('blocked', async (lab) => {
    await addHosts(lab);
    const at = (name: string) => join(lab.folder, name);
    const draw = drawer(1918);
    const { text, ranges } = drawBlocklist(draw, entries);
    const lines = Array.from({ length: count }, () => drawLine(draw, ranges));
    // Some of those who answer: the stages behind the scan ask them too.
    const answering = Array.from({ length: 60 }, () => rangeOf(`198.18.${draw(4)}.${draw(256)}`));
    const wanted = each([...lines.map(({ asks }) => asks), ...answering]);
    const told = [...lines.map(({ line }) => line), ...answering.map(({ first }) => textOf(4, first))];
    await writeFile(at('blocklist'), text);
    await writeFile(at('targets'), told.map((line) => `${line}\n`).join(''));
    const config = {
      lab: true,
      lab_ranges: ['198.18.0.0/15', '240.0.0.0/4', '2001:db8::/32'],
      targets: { addresses: 'targets' },
      scan: {
        ...{ versions: [1], rate: 4000, blocklist: 'blocklist', cooldown: '2s' },
        ...{ interface: 's0', gateway_mac: gatewayMac },
      },
      handshake: { hold: '1s', timeout: '4s' },
    };
    await writeFile(at('census.yaml'), JSON.stringify(config));
    const place = { namespace: lab.target, interface: 't0', folder: lab.folder };
    const seen = await arrivals(place, 'ip or (ip6 and not icmp6)', async () => {
      const cli = [...cliWords, 'run', '-c', at('census.yaml'), at('run')];
      const run = await execa('ip', ['netns', 'exec', lab.scanner, process.execPath, ...cli], {
        reject: false,
        timeout: 110_000,
        all: true,
      });
      assert.is(run.exitCode, 0, run.all);
      assert.match(run.all, /^handshake +done in .* [1-9]\d* answered/m);
      assert.match(run.all, /^path +done in .* [1-9]\d* answered/m);
    });
    // What the machine says for itself (to its gateway, to multicast groups) goes to none of these.
    const asked = /^(198\.1[89]\.|240\.1\.|2001:db8:1:)/;
    const reached = new Set(seen.map(({ address }) => address).filter((address) => asked.test(address)));
    const isBlocked = (address: string) => holds(ranges, rangeOf(address).family, rangeOf(address).first);
    assert.equal([...reached].filter(isBlocked), [], 'opted out, and got a packet');
    const free = [...wanted].filter((address) => !isBlocked(address));
    assert.equal(
      free.filter((address) => !reached.has(address)),
      [],
      'not blocked, and got no packet',
    );
    assert.is(reached.size, free.length, 'somebody got a packet who is no target');
    assert.ok(
      free.length > count / 10 && free.length < wanted.size,
      `${free.length} are free: the draw decides nothing`,
    );
  }));

test.run();
