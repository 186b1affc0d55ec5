import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openList } from '../../../../orchestrator/core/inputs/list-file.ts';

export const folder = mkdtempSync(join(tmpdir(), 'list-file-'));
export const text = '1,a.example\r\n2,b.example\n\n3,ü.example';
export const lines = ['1,a.example', '2,b.example', '', '3,ü.example'];
/** Longer than any chunk. */
export const many = Array.from({ length: 40_000 }, (_, at) => `${at + 1},name${at}.example`);

/** A zip archive made by Python's zipfile, as list publishers make theirs. */
export function zip(name: string, entries: Record<string, string>): string {
  const script =
    'import json,sys,zipfile\nz=zipfile.ZipFile(sys.argv[1],"w",zipfile.ZIP_DEFLATED)\nfor n,t in json.loads(sys.argv[2]).items(): z.writestr(n,t)\nz.close()';
  execFileSync('python3', ['-c', script, join(folder, name), JSON.stringify(entries)]);
  return join(folder, name);
}

export function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

/** What a program makes of bytes. */
export function through(program: string, content: string | Uint8Array, ...options: string[]): Buffer {
  return execFileSync(program, ['-c', ...options], { input: content });
}

export const gzipped = (content: string) => gzipSync(content);
export const zeros = (count: number) => Buffer.alloc(count);
export const utf16 = (content: string, order: 'le' | 'be') => {
  const bytes = Buffer.from(`\ufeff${content}`, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
};

export async function all(list: string): Promise<{ read: string[]; opened: string[] }> {
  const { batches, opened } = await openList(list);
  const read: string[] = [];
  for await (const batch of batches) read.push(...batch);
  return { read, opened };
}
