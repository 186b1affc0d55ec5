/** One line of the catalogue of errors; docs/errors.md lists the same codes (a test compares them both ways). */
export const errorCodes = {
  E_CONFIG: 'the configuration is wrong or incomplete',
  E_REFUSED: 'the run would send packets it must not send',
  E_PROGRAM_MISSING: 'a program that a stage needs is not installed, or is not a version it can use',
  E_PROGRAM_FAILED: 'a program exited with an unexpected code, hung, or could not be started',
  E_PROGRAM_RUBBISH: 'a program printed output that does not match its schema',
  E_PRIVILEGES: 'a program needs privileges that this process lacks',
  E_RUN_FOLDER: 'the run folder belongs to a different run, or is damaged',
  E_STOPPED: 'the run was asked to stop',
  E_MEMORY: 'a step ran out of memory',
  E_INPUT: 'an input file cannot be read, or is invalid',
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

const diskErrors: Record<string, string> = {
  ENOSPC: 'the disk is full: free some space and run the same command again',
  EDQUOT: 'the disk quota is exceeded: free some space and run the same command again',
  EROFS: 'the file system is read-only: choose another folder',
  EACCES: 'permission denied: choose another folder, or run as the owner of this one',
  EPERM: 'permission denied: choose another folder, or run as the owner of this one',
  ENOTDIR: 'a file exists where a folder is needed: choose another name',
  EEXIST: 'a file exists where a folder is needed: choose another name',
};

/**
 * An error of the file system as one that the user can act on.
 * @throws the thrown thing itself when it is neither that nor ours: a defect, to be shown with its stack
 */
export function knownError(thrown: unknown): CensusError {
  if (thrown instanceof CensusError) return thrown;
  if (thrown instanceof Error && 'code' in thrown) {
    const hint = diskErrors[String(thrown.code)];
    if (hint !== undefined) return new CensusError('E_RUN_FOLDER', thrown.message, hint, thrown);
  }
  throw thrown;
}
