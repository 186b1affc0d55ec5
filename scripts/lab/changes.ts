import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { readWorld } from './world.ts';

/**
 * Two days of a test Internet between which everything changes that `mptcp-census diff` tells apart: censuses of both, and of the second
 * day once more with a sentinel that fails, and what diff says of them beside what was planted. Exit 1 on any difference. Needs root.
 * Usage: node --import tsx scripts/lab/changes.ts
 */
const here = resolve(import.meta.dirname, '../..');

/** What became of a block's address from the first to the second day, at port 80, by version; what is not named is the same on both. */
const planted: Readonly<Record<string, { v1?: string; v0?: string }>> = {
  'stays-plain': {},
  'stays-server': {},
  'stays-mirror': {},
  'plain-goes': { v1: 'gone_silent', v0: 'gone_silent' },
  'server-goes': { v1: 'gone_silent', v0: 'gone_silent' },
  'plain-comes': { v1: 'appeared', v0: 'appeared' },
  'server-comes': { v1: 'appeared', v0: 'appeared' },
  'port-closes': { v1: 'refused', v0: 'refused' },
  'port-opens': { v1: 'refused', v0: 'refused' },
  'firewall-answers': { v1: 'appeared', v0: 'appeared' },
  'firewall-drops': { v1: 'gone_silent', v0: 'gone_silent' },
  'switched-on': { v1: 'verdict' },
  'switched-on-v6': { v1: 'verdict' },
  'switched-off': { v1: 'verdict' },
  'v0-switched-on': { v0: 'verdict' },
  'v0-switched-off': { v0: 'verdict' },
  'mirror-put-up': { v1: 'verdict', v0: 'verdict' },
  'mirror-taken': { v1: 'verdict', v0: 'verdict' },
  'option-stripped': { v1: 'verdict' },
  'option-let-through': { v1: 'verdict' },
  'option-breaks': { v1: 'verdict', v0: 'verdict' },
  // Silent to one version though it answers the other: that one was lost, or is filtered.
  'v0-shut-out': { v0: 'noise' },
  'v0-let-in': { v0: 'noise' },
  'backend-joins': { v1: 'backend' },
  'backend-leaves': { v1: 'backend' },
  'moves-from': { v1: 'address_moved', v0: 'address_moved' },
  'moves-to': { v1: 'address_moved', v0: 'address_moved' },
  'left-list': { v1: 'target_list', v0: 'target_list' },
  'came-list': { v1: 'target_list', v0: 'target_list' },
  'no-answer': { v1: 'target_list', v0: 'target_list' },
  'opts-out': { v1: 'blocked', v0: 'blocked' },
  'opted-out-before': { v1: 'blocked', v0: 'blocked' },
  'stays-out': {},
};
/** Of a day whose sentinel saw no MPTCP: what shows less then may be this side's doing. */
const impaired: Readonly<Record<string, { v1?: string; v0?: string }>> = {
  'stays-server': {},
  'server-goes': { v1: 'vantage', v0: 'vantage' },
  'switched-off': { v1: 'vantage' },
  'switched-on': { v1: 'verdict' },
  'option-stripped': { v1: 'vantage' },
};
/** Of a first day that was judged by the rule of the 2015 study. */
const judgedOtherwise: Readonly<Record<string, { v1?: string; v0?: string }>> = {
  'stays-mirror': { v1: 'rule', v0: 'rule' },
  'switched-off': { v1: 'verdict' },
};

const Line = z.looseObject({ address: z.string(), port: z.int(), version: z.enum(['v1', 'v0']), cause: z.string() });

async function census(world: string, folder: string, flags: string[] = []): Promise<string> {
  const run = join(folder, flags.length === 0 ? world : `${world}-impaired`);
  const data = join(folder, `lab-${world}`);
  const cli = ['node', join(here, 'dist/cli.js'), 'run', '--config', join(data, 'census.yaml'), ...flags, run];
  const lab = ['--import', 'tsx', 'scripts/lab/cli.ts', 'exec', '--world', world, '--dir', data, '--', ...cli];
  await execa('node', lab, { cwd: here, stdio: ['ignore', 'ignore', 'inherit'] });
  return run;
}

async function causesOf(first: string, second: string) {
  const { stdout } = await execa('node', [join(here, 'dist/cli.js'), 'diff', first, second]);
  return stdout.split('\n').map((line) => Line.parse(JSON.parse(line)));
}

async function addressesOf(world: string): Promise<Map<string, string>> {
  const { domains } = await readWorld(world);
  return new Map(domains.flatMap(({ name, addresses }) => addresses.map((address) => [address, name])));
}

let wrong = 0;
/** Compares what diff says of the blocks at port 80, and that every endpoint of a port that was new is told to be one. */
async function compare(what: string, expected: typeof planted, first: string, second: string): Promise<void> {
  const names = new Map([...(await addressesOf('first-day')), ...(await addressesOf('second-day'))]);
  const moved = new Map([
    ['198.18.17.225', 'moves-from'],
    ['198.18.17.241', 'moves-to'],
  ]);
  const found = new Map<string, Record<string, string>>();
  for (const { address, port, version, cause } of await causesOf(first, second)) {
    const name = moved.get(address) ?? (names.get(address) ?? address).replace('.example', '');
    if (port !== 80 && cause !== 'target_list' && name !== 'moves-to') {
      wrong += 1;
      console.log(`DIFFERS ${what}: ${name} port ${port} ${version}: ${cause}, planted target_list`);
    }
    if (port === 80) found.set(name, { ...found.get(name), [version]: cause });
  }
  for (const [name, causes] of Object.entries(expected)) {
    const [is, due] = [found.get(name) ?? {}, causes].map((one) => `v1 ${one.v1 ?? 'equal'}, v0 ${one.v0 ?? 'equal'}`);
    if (is !== due) wrong += 1;
    console.log(
      `${is === due ? 'as planted' : 'DIFFERS   '}  ${what}  ${name.padEnd(18)} ${is}${is === due ? '' : `; planted ${due}`}`,
    );
  }
}

const folder = await mkdtemp(join(tmpdir(), 'changes-'));
try {
  const first = await census('first-day', folder);
  const second = await census('second-day', folder);
  await compare('two days', planted, first, second);
  const study = join(folder, 'study');
  await execa('node', [join(here, 'dist/cli.js'), 'replay', first, '--rules', 'mehani2015', '--into', study]);
  await compare('by other rules', judgedOtherwise, study, second);
  // A plain host is given as the sentinel that speaks v1.
  const third = await census('second-day', folder, ['--set', 'sentinels.v1=198.18.16.1']);
  await compare('impaired', impaired, first, third);
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(wrong === 0 ? 'every planted change has its cause' : `${wrong} differ from what was planted`);
process.exitCode = wrong === 0 ? 0 : 1;
