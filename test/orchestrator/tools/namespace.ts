import { execa } from 'execa';
import { removeNetnsFiles, writeNetnsFiles } from '../../../scripts/lab/netns-files.ts';

/** Network namespaces need root. */
export const isRoot = process.getuid?.() === 0;

/** A network namespace with nothing but its loopback, gone when the work is done. */
export async function withNamespace<T>(purpose: string, work: (name: string) => Promise<T>): Promise<T> {
  const name = `census-${purpose}-${process.pid}`;
  await execa('ip', ['netns', 'add', name]);
  try {
    await writeNetnsFiles(name);
    await execa('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
    return await work(name);
  } finally {
    await execa('ip', ['netns', 'del', name]);
    await removeNetnsFiles(name);
  }
}

/** A scanner and a server on one wire; the server answers for all of 198.18.4.0/24. No route leads anywhere else. */
export async function withPair<T>(purpose: string, work: (scanner: string, server: string) => Promise<T>): Promise<T> {
  return await withNamespace(`${purpose}-s`, async (scanner) =>
    withNamespace(`${purpose}-t`, async (server) => {
      const steps = [
        ['-n', scanner, 'link', 'add', 's0', 'type', 'veth', 'peer', 'name', 't0', 'netns', server],
        ['-n', scanner, 'addr', 'add', '198.18.0.2/30', 'dev', 's0'],
        ['-n', server, 'addr', 'add', '198.18.0.1/30', 'dev', 't0'],
        ['-n', scanner, 'link', 'set', 's0', 'up'],
        ['-n', server, 'link', 'set', 't0', 'up'],
        ['-n', server, 'route', 'add', 'local', '198.18.4.0/24', 'dev', 'lo'],
        ['-n', scanner, 'route', 'add', 'default', 'via', '198.18.0.1'],
      ];
      for (const step of steps) await execa('ip', step);
      return await work(scanner, server);
    }),
  );
}
