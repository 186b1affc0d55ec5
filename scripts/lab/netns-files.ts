import { mkdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';

/** What `ip netns exec NAME` puts over the files of /etc. */
const folderOf = (namespace: string) => path.join('/etc/netns', namespace);

/**
 * Names inside a namespace: this machine's own, which zmap looks up when it starts and would otherwise ask a resolver for that may not be
 * reached from there, and the resolver, where the namespace has one.
 */
export async function writeNetnsFiles(namespace: string, resolver?: string): Promise<void> {
  const folder = folderOf(namespace);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'hosts'), `127.0.0.1 localhost ${hostname()}\n::1 localhost\n`);
  await writeFile(path.join(folder, 'resolv.conf'), resolver === undefined ? '' : `nameserver ${resolver}\n`);
}

export async function removeNetnsFiles(namespace: string): Promise<void> {
  await rm(folderOf(namespace), { recursive: true, force: true });
}
