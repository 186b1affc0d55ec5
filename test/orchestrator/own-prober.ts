import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { cliWords } from '../cli-words.ts';

const six = '198.18.9.1\n198.18.9.2\n198.18.9.3\n198.18.9.4\n198.18.9.5\n198.18.9.6\n';

/**
 * Six addresses in three parts. The prober of the test writes down whom it was asked for; its second part breaks the first time.
 */
export function setUp(blocklist: string | null, addresses = six, most = 2) {
  const root = mkdtempSync(join(tmpdir(), 'restraint-'));
  const at = (name: string) => join(root, name);
  writeFileSync(at('addresses'), addresses);
  if (blocklist !== null) writeFileSync(at('blocklist'), blocklist);
  const prober = `n=$(cat ${at('count')} 2>/dev/null || echo 0); n=$((n+1)); echo $n >${at('count')}; [ $n = 2 ] && exit 3; cat >>${at('asked')}`;
  const config = {
    lab: true,
    lab_ranges: ['198.18.0.0/15'],
    targets: { addresses: 'addresses' },
    scan: { tool: { command: ['bash', '-c', prober] }, versions: [1], rate: 100, blocklist: blocklist && 'blocklist' },
    handshake: { tool: { command: ['cat', '/dev/null'] } },
    path: { ping: false },
    parts: { scan: most },
  };
  writeFileSync(at('census.yaml'), JSON.stringify(config));
  return { at, config: at('census.yaml'), folder: at('run') };
}

export async function cli(...args: string[]) {
  return await execa(process.execPath, [...cliWords, ...args], {
    reject: false,
    input: '',
  });
}

/** Whom the prober was asked for, in order. */
export function askedIn({ at }: ReturnType<typeof setUp>): string[] {
  const lines = readFileSync(at('asked'), 'utf8').trim().split('\n');
  return lines.map((line) => String(JSON.parse(line).target));
}
