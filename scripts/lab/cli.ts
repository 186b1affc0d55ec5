import { constants } from 'node:os';
import path from 'node:path';
import { Command, Option } from '@commander-js/extra-typings';
import { execa } from 'execa';
import { check } from './check/check.ts';
import { readResult } from './check/result.ts';
import { type Lab, type LabRequest, leaveStanding, raise } from './lab.ts';
import { compare } from './paper/compare.ts';
import { FORM_NAMES, readFigures } from './paper/figures.ts';
import { readPublished } from './paper/values.ts';
import { recordedPath } from './recorded-path.ts';
import { allLabs, isOwnerless, type LabState, readState } from './registry.ts';
import { tearDown } from './teardown.ts';
import { readTruth } from './truth.ts';
import { Firewall } from './world.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);
const world = () => new Option('--world <name>', 'world file under scripts/lab/worlds').default('small');
const dir = () =>
  new Option('--dir <path>', 'where the data of the lab go; kept afterwards (default: removed with the lab)');

const firewall = () =>
  new Option('--scanner-firewall <kind>', "rules in the scanner's namespace (default: as the world says)").choices(
    Firewall.options,
  );

interface LabOptions {
  world: string;
  dir?: string | undefined;
  scannerFirewall?: Firewall | undefined;
}

function request(options: LabOptions): LabRequest {
  const { SUDO_UID, SUDO_GID } = process.env;
  return {
    world: options.world,
    ...(options.scannerFirewall ? { firewall: options.scannerFirewall } : {}),
    ...(options.dir ? { dir: path.resolve(options.dir) } : {}),
    ...(SUDO_UID && SUDO_GID ? { user: { uid: Number(SUDO_UID), gid: Number(SUDO_GID) } } : {}),
  };
}

function announce({ state, took }: Lab): void {
  say(`lab ${state.id}: ${state.namespaces.length} namespaces up in ${took} ms, data in ${state.data}`);
}

/**
 * Runs a command in the scanner's namespace with the terminal of the caller; returns its exit code. This process outlives the command to
 * clean up after it: a terminal sends Ctrl-C to both by itself, other signals are handed on.
 */
async function inScanner(state: LabState, command: readonly string[]): Promise<number> {
  const running = execa('ip', ['netns', 'exec', state.scanner, ...command], {
    stdio: 'inherit',
    reject: false,
    buffer: false,
    env: { ...(await recordedPath(state.data)), MPTCP_CENSUS_LAB_DIR: state.data, MPTCP_CENSUS_LAB_ID: state.id },
  });
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => running.kill(signal));
  const { exitCode, signal } = await running;
  return exitCode ?? 128 + (signal ? constants.signals[signal] : 0);
}

const here = path.resolve(import.meta.dirname, '../..');

/** Standing labs that this checkout set up; those of others are nobody's business here. */
async function ownStanding(): Promise<LabState[]> {
  return (await allLabs()).filter((lab) => lab.owner === null && path.resolve(lab.checkout) === here);
}

/** The lab of that id, of whichever checkout; without an id the one that this checkout set up. */
async function labOf(id: string | undefined): Promise<LabState> {
  const standing = await ownStanding();
  const state = id ? await readState(id) : standing.length === 1 ? standing[0] : undefined;
  if (state) return state;
  const known = standing.map((lab) => lab.id).join(' ') || 'none';
  throw new Error(
    id
      ? `no lab ${id} (standing of this checkout: ${known})`
      : `say which lab (standing of this checkout: ${known}), or set one up with "up"`,
  );
}

const program = new Command('lab').description(
  'The test Internet: namespaces without a way out, made from a world file. Needs root.',
);

program
  .command('up')
  .description('set up a lab that runs until "down"')
  .addOption(world())
  .addOption(dir())
  .addOption(firewall())
  .action(async (options) => {
    const lab = await raise(request(options));
    await leaveStanding(lab);
    announce(lab);
    say(`a shell in it:  make lab-shell    or  ip netns exec ${lab.state.scanner} bash`);
    say(`configuration:  ${path.join(lab.state.data, 'census.yaml')}`);
    say(`take it down:   make lab-down     or  down ${lab.state.id}`);
  });

program
  .command('down')
  .description('take down a lab, or with --all-mine every standing one of this checkout')
  .argument('[id]', 'run id; optional when only one lab of this checkout is running')
  .option('--all-mine', 'every standing lab that this checkout set up')
  .action(async (id, { allMine }) => {
    const labs = allMine ? await ownStanding() : [await labOf(id)];
    for (const lab of labs) {
      await tearDown(lab);
      say(`lab ${lab.id}: gone`);
    }
  });

program
  .command('shell')
  .description("a shell in the scanner's namespace of a standing lab")
  .argument('[id]', 'run id; optional when only one lab of this checkout is running')
  .action(async (id) => {
    process.exitCode = await inScanner(await labOf(id), [process.env.SHELL ?? '/bin/sh']);
  });

program
  .command('exec')
  .description("set up a lab, run a command in its scanner's namespace, take it down; exits as the command did")
  .addOption(world())
  .addOption(dir())
  .addOption(firewall())
  .argument('<command...>', 'program and arguments, after --')
  .action(async (command, options) => {
    const lab = await raise(request(options));
    announce(lab);
    try {
      process.exitCode = await inScanner(lab.state, command);
    } finally {
      await tearDown(lab.state);
    }
  });

program
  .command('check')
  .description('compare a finished run with the truth; exits 1 when they differ')
  .argument('<run>', 'folder of the run')
  .option('--truth <file>', 'truth.json (default: the one in the folder of the lab that MPTCP_CENSUS_LAB_DIR names)')
  .action(async (folder, options) => {
    const file = options.truth ?? path.join(process.env.MPTCP_CENSUS_LAB_DIR ?? '.', 'truth.json');
    const truth = await readTruth(file);
    const { lines, differences } = check(truth, await readResult(folder, truth));
    for (const line of lines) console.log(line);
    for (const line of differences) console.log(`DIFFERS ${line}`);
    process.exitCode = differences.length === 0 ? 0 : 1;
  });

program
  .command('compare')
  .description(
    "print the study's figures beside those of a run of the paper world; exits 1 when docs/paper.md has others",
  )
  .argument('<run>', 'folder of the run')
  .addOption(new Option('--world <name>', 'which form of the world it was').choices(FORM_NAMES).default(FORM_NAMES[0]))
  .action(async (folder, options) => {
    const { lines, differences } = compare(await readFigures(), options.world, await readPublished(folder));
    for (const line of lines) console.log(line);
    for (const line of differences) console.log(`DIFFERS ${line}`);
    process.exitCode = differences.length === 0 ? 0 : 1;
  });

program
  .command('status')
  .description('the labs of this machine')
  .action(async () => {
    for (const lab of await allLabs()) {
      const owner = lab.owner === null ? 'running' : (await isOwnerless(lab)) ? 'ownerless' : `owner ${lab.owner.pid}`;
      console.log(`${lab.id}  ${lab.world}  ${owner}  ${lab.scanner}  ${lab.data}`);
    }
  });

program.hook('preAction', (_, command) => {
  if (!['check', 'compare', 'status'].includes(command.name()) && process.getuid?.() !== 0)
    throw new Error('the lab needs root: it makes network namespaces');
});

try {
  await program.parseAsync();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
