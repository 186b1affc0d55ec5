// needs: root
// takes: long
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../orchestrator/config/config.ts';
import { privilegeAdvice } from '../../../orchestrator/machine/privileges.ts';
import { guardFault, interfaceFault } from '../../../orchestrator/machine/ready.ts';
import { sourceAddresses } from '../../../orchestrator/machine/route.ts';
import { vantagePoint } from '../../../orchestrator/machine/vantage.ts';
import { cliWords } from '../../cli-words.ts';
import { skipUnless } from '../../skip.ts';
import { setUp } from '../own-prober.ts';
import { isRoot, withNamespace } from '../tools/namespace.ts';

const test = suite('machine/ready');

const can = { container: false, held: new Set(['CAP_NET_ADMIN']) };
const off = 'refused E_CONFIG: net.mptcp.enabled is not 1|sysctl -w net.mptcp.enabled=1';
const timeout = (why: string) =>
  `refused E_PRIVILEGES: net.mptcp.blackhole_timeout is 3600 (${why})|sysctl -w net.mptcp.blackhole_timeout=0`;
const refusals: [title: string, said: string[], here: typeof can, says: RegExp | null][] = [
  ['a guard that says nothing refuses nothing', [''], can, null],
  ['MPTCP that is off is refused', [off], can, /E_CONFIG net.mptcp.enabled is not 1; sysctl -w net\.mptcp\.enabled=1$/],
  ['a container is told its flag for it', [off], { ...can, container: true }, /--sysctl 'net\.mptcp\.enabled=1'/],
  [
    'a setting that a read-only /proc/sys keeps is no lack of capabilities',
    [timeout('Read-only file system')],
    { ...can, container: true },
    /E_PRIVILEGES .*is 3600.*--sysctl 'net\.mptcp\.blackhole_timeout=0' \(or on the host's network: sysctl -w [^;]*$/,
  ],
  [
    'without CAP_NET_ADMIN both ways are named',
    [timeout('Permission denied')],
    { ...can, held: new Set() },
    /; sysctl -w net\.mptcp\.blackhole_timeout=0; or .*NET_ADMIN/,
  ],
];
for (const [title, said, here, says] of refusals) {
  test(title, () => {
    const fault = guardFault(said, here);
    if (says === null) assert.is(fault, null);
    else assert.match(`${fault?.code} ${fault?.message}; ${fault?.hint}`, says);
  });
}

const names = ['eth0', 'lo', 'wg0'];
const interfaces: [title: string, name: string, hardware: number | null, says: RegExp | null][] = [
  ['Ethernet is sent from', 'eth0', 1, null],
  ['loopback is sent from', 'lo', 772, null],
  [
    'an interface that there is not is named, with the nearest',
    'eht0',
    null,
    /no interface eht0; did you mean eth0\? There are eth0, lo, wg0/,
  ],
  [
    'one like no other is named with those that there are',
    'xyzzy',
    null,
    /no interface xyzzy; there are eth0, lo, wg0/,
  ],
  ['a tunnel is refused', 'wg0', 65_534, /wg0 carries no Ethernet frames.*leave the VPN/],
];
for (const [title, name, hardware, says] of interfaces) {
  test(title, () => {
    const fault = interfaceFault(name, names, hardware);
    if (says === null) assert.is(fault, null);
    else assert.match(`${fault?.message}; ${fault?.hint}`, says);
  });
}

test('how to get capabilities is told for the place where they are lacking', () => {
  const lacking = ['CAP_NET_RAW', 'CAP_NET_ADMIN'];
  const told = (container: boolean, root: boolean) => privilegeAdvice(lacking, { container, root });
  assert.is(told(true, true), 'start the container with --cap-add NET_RAW --cap-add NET_ADMIN');
  assert.match(told(false, true), /CapabilityBoundingSet=CAP_NET_RAW CAP_NET_ADMIN/);
  assert.match(told(false, false), /setpriv .*--ambient-caps=\+net_raw,\+net_admin mptcp-census run/);
});

test('the manifest has the interface that is sent from, and its addresses', () => {
  const config = Config.parse({ targets: { list: 'x' }, scan: { interface: 'lo' } });
  const { interface: name, source_addresses: addresses, gateway } = vantagePoint(config);
  assert.equal([name, addresses, gateway], ['lo', sourceAddresses('lo'), null]);
  assert.ok(sourceAddresses('lo').includes('127.0.0.1'));
});

test('a run where no connection could be MPTCP, or from a tunnel, asks nobody anything', async () => {
  if (skipUnless(isRoot, 'a run on a machine that is not ready', 'needs root')) return;
  await withNamespace('ready', async (name) => {
    const within = ['ip', 'netns', 'exec', name];
    const { at, config, folder } = setUp('198.18.9.77\n');
    const own = { tool: { command: ['cat', '/dev/null'] } };
    const run = async (keys: Record<string, unknown>) => {
      const before: unknown = JSON.parse(readFileSync(config, 'utf8'));
      writeFileSync(at('other.yaml'), JSON.stringify({ ...Object(before), ...keys }));
      const command = [process.execPath, ...cliWords, 'run', '-c', at('other.yaml'), folder];
      return await execa('ip', ['netns', 'exec', name, ...command], { reject: false, input: '' });
    };
    await execa('ip', [...within.slice(1), 'sysctl', '-qw', 'net.mptcp.enabled=0']);
    const off = await run({ handshake: {} });
    assert.is(off.exitCode, 2, off.stdout + off.stderr);
    assert.match(off.stderr, 'net.mptcp.enabled is not 1');
    await execa('ip', ['-n', name, 'tuntap', 'add', 'tun7', 'mode', 'tun']);
    const scan = { interface: 'tun7', rate: 100, blocklist: 'blocklist' };
    const tunnel = await run({ handshake: own, scan });
    assert.is(tunnel.exitCode, 2);
    assert.match(tunnel.stderr, 'tun7 carries no Ethernet frames');
    const missing = await run({ handshake: own, scan: { ...scan, interface: 'tun8' } });
    assert.match(missing.stderr, /no interface tun8\n +did you mean tun7\?/);
    assert.not(existsSync(at('count')));
    assert.not(existsSync(join(folder, 'manifest.json')));
  });
});

test.run();
