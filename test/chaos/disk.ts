import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import type { RunPlan } from './plan.ts';

const megabytes = 256;

/** A file system of its own for one run. */
export interface Disk {
  /** Where it is mounted. */
  path: string;
  /** Takes all room that is left; what comes back gives it back. */
  fill: () => Promise<() => Promise<void>>;
  /** Keeps what would be left if the power went now. */
  cutPower: () => Promise<void>;
  /** Comes up with what was kept, once nobody works on it any more. */
  powerOn: () => Promise<void>;
  remove: () => Promise<void>;
}

async function unmount(path: string): Promise<void> {
  await execa('umount', [path]);
  await rm(path, { recursive: true });
}

async function fill(path: string): Promise<() => Promise<void>> {
  const filler = join(path, 'filler');
  const file = await open(filler, 'w');
  const chunk = Buffer.alloc(1 << 20);
  try {
    for (;;) await file.write(chunk);
  } catch {
    // It is full: that is what was asked for.
  } finally {
    await file.close();
  }
  return async () => await rm(filler, { force: true });
}

async function tmpfs(root: string): Promise<Disk> {
  const path = join(root, 'disk');
  await mkdir(path);
  await execa('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'chaos', path]);
  const none = () => Promise.reject(new Error('a tmpfs has no power to be cut'));
  return { path, fill: () => fill(path), cutPower: none, powerOn: none, remove: () => unmount(path) };
}

/**
 * An ext4 in a file. The file lies in a file system that can be frozen: no block is written while it is copied, so that the copy is
 * the disk of one moment, without what the kernel had not written yet.
 */
async function ext4(root: string, options: string): Promise<Disk> {
  const [outerImage, outer, path] = [join(root, 'outer.img'), join(root, 'outer'), join(root, 'disk')];
  const [image, kept] = [join(outer, 'disk.img'), join(outer, 'kept.img')];
  async function make(file: string, size: number, at: string, how: string): Promise<void> {
    await execa('truncate', ['-s', `${size}M`, file]);
    await execa('mkfs.ext4', ['-q', file]);
    await mkdir(at);
    await execa('mount', ['-o', how, file, at]);
  }
  await make(outerImage, 4 * megabytes, outer, 'loop');
  await make(image, megabytes, path, options);
  return {
    path,
    fill: () => fill(path),
    async cutPower() {
      // The copy lies outside until the file system is no longer frozen.
      const copy = join(root, 'copy.img');
      await execa('fsfreeze', ['-f', outer]);
      try {
        await execa('cp', ['--sparse=always', image, copy]);
      } finally {
        await execa('fsfreeze', ['-u', outer]);
      }
      await execa('mv', [copy, kept]);
    },
    async powerOn() {
      await unmount(path);
      await rename(kept, image);
      await mkdir(path);
      await execa('mount', ['-o', options, image, path]);
    },
    async remove() {
      await unmount(path);
      await unmount(outer);
      await rm(outerImage);
    },
  };
}

/** What a kernel may do that keeps nothing but what it was told to: names at once, data late, no help for files that are renamed. */
const careless = 'loop,noauto_da_alloc,data=writeback,commit=1';

/**
 * A folder below which disks are mounted for all alike: who takes a network namespace gets a copy of all mounts, and keeps it in use
 * unless what is unmounted here is unmounted there too. What comes back ends that.
 */
export async function sharedMounts(root: string): Promise<() => void> {
  await execa('mount', ['--bind', root, root]);
  await execa('mount', ['--make-shared', root]);
  const unmountAll = () => void execaSync('umount', ['--recursive', '--lazy', root], { reject: false });
  process.on('exit', unmountAll);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
  return unmountAll;
}

/** Mounts the disk of a run below `root`. */
export async function mountDisk(kind: RunPlan['disk'], root: string): Promise<Disk> {
  if (kind === 'tmpfs') return await tmpfs(root);
  return await ext4(root, kind === 'ext4' ? 'loop' : careless);
}
