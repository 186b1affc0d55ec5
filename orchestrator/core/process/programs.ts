import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { CensusError } from '../../errors.ts';
import type { Fit, Program } from '../tool.ts';
import { firstWords } from './exec.ts';
import { installHint } from './install-hint.ts';
import { searchPath } from './launch.ts';

/** What is known of a program on this machine. */
export interface Found extends Fit {
  program: Program;
  /** null: not on PATH */
  path: string | null;
  /** as it prints it; null when it is missing or prints none */
  version: string | null;
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** First executable of that name on the search path; null when there is none. */
async function findOnPath(name: string): Promise<string | null> {
  if (isAbsolute(name) || name.includes('/')) return (await isExecutable(name)) ? name : null;
  for (const folder of searchPath().split(delimiter)) {
    if (folder !== '' && (await isExecutable(join(folder, name)))) return join(folder, name);
  }
  return null;
}

/** Looks a program up and asks it for its version. */
export async function findProgram(program: Program): Promise<Found> {
  const path = await findOnPath(program.name);
  if (path === null) return { program, path, version: null, runsAs: null, unfit: null };
  const text = await firstWords(path, program.version.args);
  const version = program.version.pattern.exec(text)?.[1] ?? null;
  const fit = await program.fit?.(version, (args) => firstWords(path, args));
  return { program, path, version, runsAs: fit?.runsAs ?? null, unfit: fit?.unfit ?? null };
}

/** What a stage needs. */
export interface Need {
  stage: string;
  programs: Program[];
}

function refuse(stage: string, { program, path, unfit }: Found): void {
  if (path === null) {
    throw new CensusError(
      'E_PROGRAM_MISSING',
      `${stage} needs ${program.name}, which is not installed`,
      `${installHint(program)}, or choose another tool for ${stage}`,
    );
  }
  if (unfit === null) return;
  throw new CensusError('E_PROGRAM_MISSING', `${stage} cannot use ${path}: ${unfit.what}`, unfit.hint);
}

/**
 * Looks up every program that a run may start, before it starts anything.
 * @throws CensusError E_PROGRAM_MISSING naming the first that is missing or not fit, its stage, and what helps
 */
export async function requirePrograms(needs: Need[]): Promise<Found[]> {
  const found = new Map<string, Found>();
  for (const { stage, programs } of needs) {
    for (const program of programs) {
      const known = found.get(program.name) ?? (await findProgram(program));
      found.set(program.name, known);
      refuse(stage, known);
    }
  }
  return [...found.values()];
}
