import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/** One line of the catalogue of errors; docs/errors.md lists the same codes (a test compares them both ways). */
export const errorCodes = {
  E_CONFIG: 'the configuration is wrong or incomplete',
  E_REFUSED: 'the run would send packets it must not send',
  E_PROGRAM_MISSING: 'a program that a stage needs is not installed, or is not a version it can use',
  E_PROGRAM_FAILED: 'a program exited with an unexpected code, hung, or could not be started',
  E_PROGRAM_RUBBISH: 'a program printed output that does not match its schema',
  E_PRIVILEGES: 'a program needs privileges that this process lacks',
  E_RUN_FOLDER: 'the run folder belongs to a different run, is damaged, or cannot be written',
  E_CANARY: 'the first units that were asked show that the rest must not be asked',
  E_STOPPED: 'the run was asked to stop',
  E_MEMORY: 'a step ran out of memory',
  E_INPUT: 'an input file cannot be read, or is invalid',
  E_OUTPUT: 'standard output, or the file that the events go to, cannot be written',
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** An error that the user can act on: printed as one line plus a hint, never as a stack. */
export class CensusError extends Error {
  readonly code: ErrorCode;
  /** What to do about it, as one sentence. */
  readonly hint: string;

  constructor(code: ErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CensusError';
    this.code = code;
    this.hint = hint;
  }
}

/** Where in a run a program failed, and the last it said. */
export interface ProgramFailure {
  stage: string;
  part: string;
  /** The command as an array, program first. */
  argv: string[];
  /** null: ended by a signal, or never started */
  exitCode: number | null;
  /** What happened, as a clause: "exited with 3", "hung: nothing heard for 60 s". */
  what: string;
  stderrTail: string[];
}

/** A program broke. A host that does not answer is data and never becomes one of these. */
export class ProgramError extends CensusError {
  readonly failure: ProgramFailure;

  constructor(code: ErrorCode, failure: ProgramFailure, hint: string, cause?: unknown) {
    const said = failure.stderrTail.length === 0 ? '' : `\n    ${failure.stderrTail.join('\n    ')}`;
    super(
      code,
      `${failure.stage}/${failure.part}: ${failure.argv[0]} ${failure.what} (exit code ${failure.exitCode ?? 'none'})\n    ${failure.argv.join(' ')}${said}`,
      hint,
      cause,
    );
    this.name = 'ProgramError';
    this.failure = failure;
  }
}

const resumes = 'what was measured is kept, and the same command then resumes';

/** The file system that a file is in, or would be made in, has no inode free: there may be room in it for bytes all the same. */
function lacksInodes(path: string): boolean {
  try {
    const { files, ffree } = statfsSync(dirname(path));
    return files > 0 && ffree === 0;
  } catch {
    return false;
  }
}

/** What gives room again where a file cannot be written, or not any more; null for whatever else is wrong. */
export function roomHint(code: unknown, path: string | null): string | null {
  if (code === 'EFBIG')
    return `files may be no larger here: raise the limit (ulimit -f), or choose another file system; ${resumes}`;
  if (code === 'EDQUOT')
    return `the disk quota is exceeded, of bytes or of files (quota -s tells): free some; ${resumes}`;
  if (code !== 'ENOSPC') return null;
  if (path !== null && lacksInodes(path))
    return `no inode is free there (df -i), whatever room there is: remove files, or choose another file system; ${resumes}`;
  return `the disk is full: free some space; ${resumes}`;
}

/** Node names the file that cannot be opened, and not the one that cannot be written to: an error of that as one that names it. */
export function naming(path: string, error: Error): Error {
  if ('code' in error && 'syscall' in error && !('path' in error))
    Object.assign(error, { path, message: `${error.message} '${path}'` });
  return error;
}

/** What the operating system refuses, by the code that Node gives it. */
const systemErrors: Record<string, [code: ErrorCode, hint: string]> = {
  EROFS: ['E_RUN_FOLDER', 'the file system is read-only: choose another folder'],
  EACCES: ['E_RUN_FOLDER', 'permission denied: choose another folder, or run as the owner of this one'],
  EPERM: ['E_RUN_FOLDER', 'permission denied: choose another folder, or run as the owner of this one'],
  ENOTDIR: ['E_RUN_FOLDER', 'a file exists where a folder is needed: choose another name'],
  EEXIST: ['E_RUN_FOLDER', 'a file exists where a folder is needed: choose another name'],
  EISDIR: ['E_INPUT', 'a folder is there where a file is needed: name the file'],
  ENOENT: ['E_INPUT', 'the file or folder does not exist: correct the path, or make it'],
  ENAMETOOLONG: ['E_INPUT', 'the path is longer than the file system allows: choose a shorter one'],
  ELOOP: ['E_INPUT', 'symbolic links lead in a circle: correct them'],
  EIO: ['E_INPUT', 'the disk or the connection to it is failing: look at the kernel log before you go on'],
  ESTALE: ['E_INPUT', 'the network file system has lost the file: mount it again and run the same command again'],
  EMFILE: ['E_MEMORY', 'too many open files: raise the limit (ulimit -n) and run the same command again'],
  ENFILE: ['E_MEMORY', 'too many open files on this machine: close some and run the same command again'],
  ENOMEM: ['E_MEMORY', 'the machine is out of memory: free some and run the same command again'],
  EAGAIN: ['E_MEMORY', 'no more processes or memory for this user: raise the limit (ulimit -u) and run it again'],
  EPIPE: ['E_OUTPUT', 'whoever read the output has stopped reading'],
};

/** Where the umask takes from what is made its owner's rights. */
const closedByUmask =
  'the umask closes what is made to its own owner: set another for the command, such as umask 027, and remove what was made';

/** Node says of a folder that it should make with those above it that it does not exist, whatever the reason. */
function notMade(cause: Error & { path?: unknown }): CensusError {
  return new CensusError(
    'E_RUN_FOLDER',
    `${cause.path} cannot be made`,
    'the file system is read-only, or something else forbids it: choose another folder',
    cause,
  );
}

/**
 * An error of the operating system as one that the user can act on.
 * @throws the thrown thing itself when it is neither that nor ours: a defect, to be shown with its stack
 */
export function knownError(thrown: unknown): CensusError {
  if (thrown instanceof CensusError) return thrown;
  if (thrown instanceof Error && 'code' in thrown && 'syscall' in thrown) {
    if (thrown.code === 'ENOENT' && thrown.syscall === 'mkdir') return notMade(thrown);
    const room = roomHint(thrown.code, 'path' in thrown ? String(thrown.path) : null);
    if (room !== null) return new CensusError('E_RUN_FOLDER', thrown.message, room, thrown);
    if (thrown.code === 'EACCES' && (process.umask() & 0o700) !== 0)
      return new CensusError('E_RUN_FOLDER', thrown.message, closedByUmask, thrown);
    const [code, hint] = systemErrors[String(thrown.code)] ?? [
      'E_INPUT',
      'the operating system refused it: see what it says, and run the same command again',
    ];
    return new CensusError(code, thrown.message, hint, thrown);
  }
  throw thrown;
}

/**
 * What was refused within a stage, by the operating system or as one of ours that does not begin with the stage, as an error that does; a
 * defect as it is.
 */
export function inStage(stage: string, thrown: unknown): unknown {
  if (!(thrown instanceof CensusError || (thrown instanceof Error && 'syscall' in thrown))) return thrown;
  const known = knownError(thrown);
  const { code, message, hint } = known;
  if (known instanceof ProgramError || new RegExp(`^${stage}\\b`).test(message)) return known;
  return new CensusError(code, `${stage}: ${message}`, hint, thrown);
}

/** Code of whatever was thrown; null for a defect. */
export function codeOf(thrown: unknown): ErrorCode | null {
  try {
    return knownError(thrown).code;
  } catch {
    return null;
  }
}
