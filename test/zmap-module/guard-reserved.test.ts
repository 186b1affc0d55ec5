// needs: root
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isRoot, withNamespace } from '../orchestrator/tools/namespace.ts';
import { skipUnless } from '../skip.ts';
import { guard } from './holder.ts';

const test = suite('mptcp-guard, reserved ports');

if (!skipUnless(isRoot, 'mptcp-guard, reserved ports', 'needs root')) {
  test('reserved ports in a list that is too long to be put back are left as they are, and the start is refused', () =>
    withNamespace('guard', async (name) => {
      const list = 'net.ipv4.ip_local_reserved_ports';
      const ports = Array.from({ length: 900 }, (_, port) => 10_001 + 2 * port).join(',');
      const half = ports.length / 2;
      const inside = ['netns', 'exec', name];
      // one write takes a page at most, and a second one to an open file adds to the first
      const write =
        'import os, sys; f = os.open(sys.argv[1], os.O_WRONLY); [os.write(f, a.encode()) for a in sys.argv[2:]]';
      const path = `/proc/sys/${list.replaceAll('.', '/')}`;
      const cut = ports.indexOf(',', half) + 1;
      await execa('ip', [...inside, 'python3', '-c', write, path, ports.slice(0, cut), ports.slice(cut)]);
      await execa('ip', [...inside, 'sysctl', '-qw', 'net.ipv4.ip_local_port_range=1024 65535']);
      const found = await execa('ip', [...inside, 'sysctl', '-n', list]);
      assert.is(found.stdout, ports);
      const refused = await execa('ip', [...inside, guard, 'hold'], { input: '', reject: false });
      assert.is(refused.exitCode, 3);
      assert.match(
        refused.stderr,
        /^refused E_CONFIG: net\.ipv4\.ip_local_reserved_ports is too long .*\|add them by hand/,
      );
      assert.is((await execa('ip', [...inside, 'sysctl', '-n', list])).stdout, ports);
    }));
}

test.run();
