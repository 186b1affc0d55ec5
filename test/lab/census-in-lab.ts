import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { type LabRequest, raise } from '../../scripts/lab/lab.ts';
import { recordedPath } from '../../scripts/lab/recorded-path.ts';
import type { LabState } from '../../scripts/lab/registry.ts';
import { cliWords } from '../cli-words.ts';

const cli = [...cliWords];

/** A test Internet that stands for several runs, and where they go. */
export interface Stand {
  lab: LabState;
  config: string;
  truth: string;
  /** Words that start the program with Node; the sources unless told. */
  cli?: readonly string[];
  /** Path of a run folder of that name. */
  folder: (name: string) => string;
}

export async function standUp(request: LabRequest = { world: 'small' }): Promise<Stand> {
  const root = await mkdtemp(join(tmpdir(), 'census-test-'));
  const { state } = await raise({ ...request, dir: join(root, 'lab') });
  return {
    lab: state,
    config: join(state.data, 'census.yaml'),
    truth: join(state.data, 'truth.json'),
    folder: (name) => join(root, name),
  };
}

export interface Ended {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

/** The command line, in the scanner's namespace; for as long as it takes unless there is a limit. */
export function startCensus(
  stand: Stand,
  args: string[],
  limit: { input?: string; timeout?: number; killSignal?: 'SIGKILL'; env?: NodeJS.ProcessEnv } = {},
) {
  const command = ['netns', 'exec', stand.lab.scanner, process.execPath, ...(stand.cli ?? cli), ...args];
  return execa('ip', command, { reject: false, input: '', ...limit });
}

/** The same, five minutes at most unless told; a recorded document takes the place of its program. */
export async function census(stand: Stand, args: string[], input = '', minutes = 5): Promise<Ended> {
  const env = { ...(await recordedPath(stand.lab.data)), MPTCP_CENSUS_LAB_DIR: stand.lab.data };
  const { exitCode, stdout, stderr } = await startCensus(stand, args, { input, env, timeout: minutes * 60_000 });
  return { exitCode, stdout, stderr };
}

/** Stages that a run says it did, in alphabetical order. */
export function stagesDone(stdout: string): string[] {
  return [...stdout.matchAll(/^(\w+) +done in/gm)].map((match) => match[1] ?? '').sort();
}
