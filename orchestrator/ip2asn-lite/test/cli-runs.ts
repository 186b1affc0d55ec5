import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
/**
 * Arguments of node that run the command line: as it was built for a run of all tests (`make test` sets the variable), which starts three
 * times as fast; else from its source.
 */
export const RUN =
  process.env.CENSUS_TEST_CLI === undefined
    ? ['--import', 'tsx', pathOf('run-cli.ts')]
    : [pathOf('../bin/ip2asn-lite.js')];
export const FIXTURE = pathOf('fixtures/two-families.dat');

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
