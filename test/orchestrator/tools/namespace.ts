import { execa } from 'execa';

/** Network namespaces need root. */
export const isRoot = process.getuid?.() === 0;

/** A network namespace with nothing but its loopback, gone when the work is done. */
export async function withNamespace<T>(purpose: string, work: (name: string) => Promise<T>): Promise<T> {
  const name = `census-${purpose}-${process.pid}`;
  await execa('ip', ['netns', 'add', name]);
  try {
    await execa('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
    return await work(name);
  } finally {
    await execa('ip', ['netns', 'del', name]);
  }
}
