import { execa } from 'execa';
import { withNamespace } from '../tools/namespace.ts';
import { ownPlace } from './capture-file.ts';

interface TwoPaths {
  /** The client's network namespace. */
  client: string;
  /** Addresses of the client, on either path. */
  clients: string[];
  /** Gets some hundred kilobytes over MPTCP, on both paths. */
  fetch: () => Promise<void>;
}

const server = `require('node:http').createServer((_, answer) => answer.end(Buffer.alloc(300_000))).listen(80, () => console.log('ready'))`;

/** A client and a server with two links between them, and no route anywhere else; both under MPTCP. */
export async function withTwoPaths(work: (paths: TwoPaths) => Promise<void>): Promise<void> {
  await withNamespace('traffic-c', async (client) =>
    withNamespace('traffic-s', async (other) => {
      for (const path of [1, 2]) {
        const [a, b] = [`a${path}`, `b${path}`];
        const steps = [
          ['-n', client, 'link', 'add', a, 'type', 'veth', 'peer', 'name', b, 'netns', other],
          ['-n', client, 'addr', 'add', `198.18.${path}.1/24`, 'dev', a],
          ['-n', other, 'addr', 'add', `198.18.${path}.2/24`, 'dev', b],
          ['-n', client, 'link', 'set', a, 'up'],
          ['-n', other, 'link', 'set', b, 'up'],
        ];
        for (const step of steps) await execa('ip', step);
      }
      for (const name of [client, other]) {
        await execa('ip', ['netns', 'exec', name, 'sysctl', '-q', 'net.mptcp.enabled=1']);
        await execa('ip', [
          'netns',
          'exec',
          name,
          'ip',
          'mptcp',
          'limits',
          'set',
          'subflows',
          '4',
          'add_addr_accepted',
          '4',
        ]);
      }
      await execa('ip', [
        'netns',
        'exec',
        client,
        'ip',
        'mptcp',
        'endpoint',
        'add',
        '198.18.2.1',
        'dev',
        'a2',
        'subflow',
      ]);
      const serving = execa('ip', ['netns', 'exec', other, 'mptcpize', 'run', process.execPath, '-e', server], {
        reject: false,
      });
      try {
        await new Promise((resolve) => serving.stdout.once('data', resolve));
        const get = ['netns', 'exec', client, 'mptcpize', 'run', 'wget', '-q', '-O', '/dev/null', 'http://198.18.1.2/'];
        const fetch = async () => {
          await execa('ip', get, { cwd: ownPlace() });
        };
        await work({ client, clients: ['198.18.1.1', '198.18.2.1'], fetch });
      } finally {
        serving.kill();
        await serving;
      }
    }),
  );
}
