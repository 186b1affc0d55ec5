// needs: root
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { skipUnless } from '../../skip.ts';
import { isRoot, withPair } from '../tools/namespace.ts';

const test = suite('machine/gateway');

const ask = `
const { gatewayFault } = await import('./orchestrator/machine/gateway.ts');
const { gatewayMac } = await import('./orchestrator/machine/route.ts');
const before = gatewayMac('s0');
const fault = await gatewayFault('s0');
console.log(JSON.stringify({ before, fault: fault?.message ?? null, after: gatewayMac('s0'), other: gatewayMac('lo') }));
`;

async function asked(scanner: string) {
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', ask];
  const { stdout } = await execa('ip', ['netns', 'exec', scanner, ...node]);
  return JSON.parse(stdout);
}

if (!skipUnless(isRoot, 'machine/gateway', 'needs root')) {
  test('a gateway that the kernel does not know is asked for its hardware address', async () => {
    await withPair('gateway', async (scanner, server) => {
      const { stdout } = await execa('ip', ['-n', server, '-br', 'link', 'show', 't0']);
      const [, , mac] = stdout.split(/\s+/);
      const first = await asked(scanner);
      assert.equal(first, { before: null, fault: null, after: mac, other: null });
      assert.equal((await asked(scanner)).before, mac, 'and is known then');
    });
  });

  test('one that does not answer is told of before anything is sent to anybody', async () => {
    await withPair('gateway', async (scanner, server) => {
      await execa('ip', ['-n', server, 'link', 'set', 't0', 'arp', 'off']);
      const { fault, after } = await asked(scanner);
      assert.match(fault, /^the gateway 198\.18\.0\.1 on s0 does not answer ARP requests/);
      assert.is(after, null);
    });
  });
}

test.run();
