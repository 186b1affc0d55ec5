import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/** Where Debian's python3-pyasn keeps real tables and RIBs. They are read there and never copied into this repository. */
const DATA = '/usr/lib/python3/dist-packages/data';

/** The package is Debian's, so it is Debian's Python that knows it. */
const PYTHON = '/usr/bin/python3';

export function dataFile(name: string): string {
  return `${DATA}/${name}`;
}

/** RouteViews of 2015-11-01, as pyasn's authors converted it. */
export const TABLE_2015 = dataFile('ipasn6_20151101.dat.gz');

export const HAS_PYASN = existsSync(TABLE_2015) && existsSync(PYTHON);

const SCRIPT = fileURLToPath(new URL('pyasn-peer.py', import.meta.url));

/** Output lines of test/pyasn-peer.py. */
export async function askPyasn(
  mode: 'answers' | 'convert',
  file: string,
  lines: readonly string[] = [],
): Promise<string[]> {
  const input = lines.map((line) => `${line}\n`).join('');
  const { stdout } = await execa(PYTHON, [SCRIPT, mode, file], { input, maxBuffer: 1 << 28, timeout: 300_000 });
  return stdout.split('\n');
}
