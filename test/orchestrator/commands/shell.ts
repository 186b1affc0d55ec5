import { execa } from 'execa';
import * as assert from 'uvu/assert';
import { errorCodes } from '../../../orchestrator/errors.ts';
import { cliWords } from '../../cli-words.ts';
import { setUpRun } from './set-up-run.ts';

export const cli = [process.execPath, ...cliWords].join(' ');

/** Runs a line of the shell with the program in it, as a user writes it. */
export async function shell(line: string) {
  const { exitCode, stdout, stderr } = await execa('bash', ['-o', 'pipefail', '-c', line], {
    reject: false,
    input: '',
  });
  return { exitCode, stdout, stderr };
}

/** A run that came to its end. */
export async function finished() {
  const { config, folder, root } = setUpRun({});
  const { exitCode, stderr } = await shell(`${cli} run -c ${config} ${folder}`);
  assert.is(exitCode, 0, stderr);
  return { config, folder, root };
}

export interface Place {
  config: string;
  /** A copy of a finished run. */
  folder: string;
  root: string;
}

/** A line and a hint, by a code of the catalogue, and never a stack. */
export function requireOneLine(stderr: string, says: RegExp): void {
  assert.not.match(stderr, /^\s+at .*:\d+:\d+\)?$/m);
  const [, code = ''] = /^error (E_[A-Z_]+): ./m.exec(stderr) ?? [];
  assert.ok(code in errorCodes, stderr);
  assert.match(stderr, says);
}
