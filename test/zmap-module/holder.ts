import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import * as assert from 'uvu/assert';
import { moduleFolder } from './lab.ts';

export const guard = join(moduleFolder, 'build', 'mptcp-guard');

interface Holder {
  /** Who holds its input, as a census does. */
  parent: ChildProcess;
  guard: number;
  ports: unknown;
}

/** A parent in the middle, so that there is somebody to be killed; it says its guard's number. */
export async function holder(name: string, words: string[] = []): Promise<Holder> {
  const parentOf = `const { spawn } = require('node:child_process');
    const child = spawn(${JSON.stringify(guard)}, ${JSON.stringify(['hold', ...words])}, { stdio: ['pipe', 'inherit', 'inherit'] });
    console.log(JSON.stringify({ guard: child.pid }));
    process.stdin.on('end', () => child.stdin.end()); process.stdin.resume();`;
  const parent = spawn('ip', ['netns', 'exec', name, process.execPath, '-e', parentOf], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  // Either may speak first.
  const lines = createInterface(parent.stdout)[Symbol.asyncIterator]();
  const said = Object.assign({}, JSON.parse((await lines.next()).value), JSON.parse((await lines.next()).value));
  return { parent, guard: Number(said.guard), ports: said.ports };
}

/** Waits until a process is no more, 5 s at most. */
export async function gone(pid: number): Promise<void> {
  for (let tries = 0; tries < 500 && existsSync(`/proc/${pid}`); tries++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  assert.not(existsSync(`/proc/${pid}`), 'the guard has ended');
}

export async function kill({ parent }: Holder, signal: NodeJS.Signals): Promise<void> {
  parent.kill(signal);
  await once(parent, 'exit');
}

/** All nft rules of a namespace. */
export const rules = async (name: string) =>
  (await execa('ip', ['netns', 'exec', name, 'nft', 'list', 'ruleset'])).stdout;

const shared = '/dev/shm';

/** Names of the journals of guards in a namespace: those of other tests lie beside them, and come and go. */
export function journals(name: string): string[] {
  const namespace = `net:[${statSync(join('/run/netns', name)).ino}]`;
  function isOfIt(journal: string): boolean {
    try {
      return readFileSync(join(shared, journal), 'utf8').includes(namespace);
    } catch {
      return false; // gone meanwhile
    }
  }
  return readdirSync(shared).filter((file) => file.startsWith('mptcp-census-guard.') && isOfIt(file));
}
