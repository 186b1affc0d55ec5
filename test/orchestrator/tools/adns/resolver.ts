import { once } from 'node:events';
import { execa } from 'execa';
import { withNamespace } from '../namespace.ts';
import type { Manners, Zone } from './dns-server.ts';

/** Runs the test resolver on port 53 of a namespace of its own while `work` asks it. */
export async function withResolver<T>(
  zone: Zone,
  work: (within: string[]) => Promise<T>,
  manners: Manners | null = null,
): Promise<T> {
  return await withNamespace('adns', async (name) => {
    const within = ['ip', 'netns', 'exec', name];
    const server = new URL('./dns-server.ts', import.meta.url).pathname;
    const resolver = ['node', '--import', 'tsx', server, JSON.stringify(zone), JSON.stringify(manners)];
    const [program = '', ...args] = [...within, ...resolver];
    const child = execa(program, args, { reject: false, stdin: 'ignore' });
    try {
      await once(child.stdout, 'data');
      return await work(within);
    } finally {
      child.kill();
    }
  });
}
