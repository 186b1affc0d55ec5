import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { cliWords } from '../../cli-words.ts';

/** Cells of the row of a table that begins with a word; a table has two blanks at least between its columns. */
export function row(stdout: string, word: string): string[] {
  const line = stdout.split('\n').find((text) => text.trim().startsWith(`${word} `)) ?? '';
  return line.trim().split(/ {2,}/);
}

/** A number as it is printed. */
export function number(cell: string | undefined): number {
  return Number((cell ?? '').replaceAll(',', ''));
}

export function written(files: Record<string, string>, mode?: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'dry-run-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode });
  return folder;
}

/** @param within words of a program that starts it elsewhere */
export async function census(args: string[], env: Record<string, string> = {}, within: string[] = []) {
  const [program = '', ...words] = [...within, process.execPath, ...cliWords, ...args];
  return await execa(program, words, { reject: false, input: '', env });
}
