import fs, { readlinkSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { relative } from 'node:path';

/** What is renamed and what is put on disk below a folder while something is done, in order: `a/file is on disk`, `a/file is named`. */
export async function diskWork(folder: string, work: () => Promise<unknown>): Promise<string[]> {
  const { rename, open } = fs.promises;
  const { fsync } = fs;
  const any = await open(folder, 'r');
  const handles: { sync: (this: fs.promises.FileHandle) => Promise<void> } = Object.getPrototypeOf(any);
  const { sync } = handles;
  await any.close();
  const told: string[] = [];
  const below = (path: string) => relative(folder, path) || '.';
  const onDisk = (fd: number) => `${below(readlinkSync(`/proc/self/fd/${fd}`))} is on disk`;
  fs.promises.rename = async (from, to) => {
    await rename(from, to);
    told.push(`${below(String(to))} is named`);
  };
  handles.sync = async function () {
    const what = onDisk(this.fd);
    await sync.call(this);
    told.push(what);
  };
  // what streams call
  const synced = (fd: number, done: (error: NodeJS.ErrnoException | null) => void) => {
    const what = onDisk(fd);
    fsync(fd, (error) => {
      told.push(what);
      done(error);
    });
  };
  Object.assign(fs, { fsync: synced });
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    handles.sync = sync;
    Object.assign(fs.promises, { rename });
    Object.assign(fs, { fsync });
    syncBuiltinESMExports();
  }
  return told;
}
