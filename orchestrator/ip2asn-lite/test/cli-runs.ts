import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Arguments of node that run the command line from its source. */
export const RUN = ['--import', 'tsx', fileURLToPath(new URL('run-cli.ts', import.meta.url))];
export const FIXTURE = fileURLToPath(new URL('fixtures/two-families.dat', import.meta.url));

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command line with this on stdin. */
export async function run(args: string[], input: string | Buffer = ''): Promise<Ran> {
  const child = spawn(process.execPath, [...RUN, ...args], { stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.end(input);
  await once(child, 'close');
  return { code: child.exitCode, stdout, stderr };
}
