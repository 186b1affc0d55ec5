// needs: root
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { skipUnless } from '../../skip.ts';
import { isRoot, withPair } from '../tools/namespace.ts';

const test = suite('machine/way-out');

/** What a run in a namespace finds before its first packet, and what it would hand to zmap. */
const ask = `
const { Config } = await import('./orchestrator/config/config.ts');
const { requireReady } = await import('./orchestrator/machine/ready.ts');
const { isOnlyWayOut, sourceAddress } = await import('./orchestrator/machine/route.ts');
const { sendingInterface, zmapCommand } = await import('./orchestrator/tools/zmap/command.ts');
const config = Config.parse({ targets: { list: 'x' }, scan: JSON.parse(process.argv[1]), handshake: { tool: { command: ['cat'] } } });
const fault = await requireReady(config).then(() => null, (error) => error);
const name = sendingInterface(config);
const source4 = name === null ? null : await sourceAddress(name);
const run = { name: 'r', family: 4, args: () => [], fields: { zmap: [], module: [] }, probes: 1 };
const targets = { addresses: 1, pass: 1, allowlist: 'a', text: 't' };
const input = { run, flavour: 'plug-in', targets, source4, source6: null, optOuts: null, beside: false };
const { args } = zmapCommand({ config, folder: '/f', seed: 1 }, input);
const after = (word) => args[args.indexOf(word) + 1] ?? null;
console.log(JSON.stringify({
  fault: fault === null ? null : fault.code + ' ' + fault.message,
  hint: fault?.hint ?? null,
  handed: ['-i', '-S', '-G'].map((word) => (args.includes(word) ? after(word) : null)),
  only: name !== null && isOnlyWayOut(name),
}));
`;

async function asked(scanner: string, scan: Record<string, unknown> = {}) {
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', ask, JSON.stringify(scan)];
  const { stdout } = await execa('ip', ['netns', 'exec', scanner, ...node]);
  return JSON.parse(stdout);
}

const ip = (...words: string[]) => execa('ip', words);

/** A second wire beside the first, which the default route leaves by. */
async function withTwo<T>(purpose: string, work: (scanner: string, server: string) => Promise<T>): Promise<T> {
  return await withPair(purpose, async (scanner, server) => {
    await ip('-n', scanner, 'link', 'add', 's1', 'type', 'veth', 'peer', 'name', 't1', 'netns', server);
    await ip('-n', scanner, 'addr', 'add', '198.18.1.2/30', 'dev', 's1');
    await ip('-n', server, 'addr', 'add', '198.18.1.1/30', 'dev', 't1');
    await ip('-n', scanner, 'link', 'set', 's1', 'up');
    await ip('-n', server, 'link', 'set', 't1', 'up');
    return await work(scanner, server);
  });
}

async function macOf(name: string, device: string): Promise<string> {
  const { stdout } = await ip('-n', name, '-br', 'link', 'show', device);
  return stdout.split(/\s+/)[2] ?? '';
}

if (!skipUnless(isRoot, 'machine/way-out', 'needs root')) {
  test('an interface that the kernel does not prefer has its own gateway, which is asked and handed over', async () => {
    await withTwo('way', async (scanner, server) => {
      await ip('-n', scanner, 'route', 'add', 'default', 'via', '198.18.1.1', 'dev', 's1', 'metric', '200');
      const { fault, handed, only } = await asked(scanner, { interface: 's1' });
      assert.equal([fault, only], [null, false]);
      assert.equal(handed, ['s1', '198.18.1.2', await macOf(server, 't1')]);
      const preferred = await asked(scanner);
      assert.equal(preferred.handed, ['s0', '198.18.0.2', await macOf(server, 't0')]);
      assert.ok(preferred.only);
      await ip('-n', scanner, '-6', 'route', 'add', 'default', 'dev', 's1');
      assert.not((await asked(scanner)).only, 'IPv6 leaves elsewhere');
    });
  });

  test('of several addresses of an interface the one that the kernel sends from is handed over', async () => {
    await withTwo('way', async (scanner) => {
      await ip('-n', scanner, 'addr', 'add', '198.18.2.2/24', 'dev', 's0');
      assert.is((await asked(scanner)).handed[1], '198.18.0.2');
      const route = ['default', 'via', '198.18.0.1', 'dev', 's0', 'src', '198.18.2.2'];
      await ip('-n', scanner, 'route', 'replace', ...route);
      assert.is((await asked(scanner)).handed[1], '198.18.2.2');
    });
  });

  test('where no gateway can be known the run is refused before the first packet, with the key that says it', async () => {
    await withTwo('way', async (scanner) => {
      const gateway_mac = '02:00:00:00:00:01';
      const noRoute = /^E_CONFIG no default route uses a gateway on (s1|lo|s0), so there is no address/;
      for (const name of ['s1', 'lo']) {
        const { fault, hint } = await asked(scanner, { interface: name });
        assert.match(fault, noRoute, name);
        assert.match(hint, 'set scan.gateway_mac');
        assert.is((await asked(scanner, { interface: name, gateway_mac })).fault, null, name);
      }
      await ip('-n', scanner, 'route', 'replace', 'default', 'dev', 's0');
      assert.match((await asked(scanner)).fault, noRoute, 'a default route without a gateway');
      for (const last of [
        ['del', 'default'],
        ['add', 'unreachable', 'default'],
      ]) {
        await ip('-n', scanner, 'route', ...last);
        const { fault, hint } = await asked(scanner);
        assert.match(
          fault,
          /^E_CONFIG this machine has no default route, so there is no known way out for the probes/,
          last.join(' '),
        );
        assert.match(hint, 'set scan.interface, and scan.gateway_mac');
      }
    });
  });

  test('an interface without an address, taken down or without a link is refused before the first packet', async () => {
    await withTwo('way', async (scanner, server) => {
      const scan = { interface: 's1', gateway_mac: '02:00:00:00:00:01' };
      assert.is((await asked(scanner, scan)).fault, null);
      await ip('-n', server, 'link', 'set', 't1', 'down');
      assert.match((await asked(scanner, scan)).fault, /^E_CONFIG the interface s1 is down or has no link/);
      await ip('-n', server, 'link', 'set', 't1', 'up');
      await ip('-n', scanner, 'addr', 'del', '198.18.1.2/30', 'dev', 's1');
      await ip('-n', scanner, '-6', 'addr', 'add', '2001:db8::2/64', 'dev', 's1', 'nodad');
      assert.match((await asked(scanner, scan)).fault, /^E_CONFIG the interface s1 has no IPv4 address/);
      await ip('-n', scanner, 'link', 'set', 's1', 'down');
      assert.match((await asked(scanner, scan)).fault, /^E_CONFIG the interface s1 is down or has no link/);
    });
  });
}

test.run();
