import { CensusError, knownError } from '../../errors.ts';

/** What the system says of a file that takes no more, or that cannot be opened for a reason that is not its own, as DuckDB passes it on. */
const systemWords = [
  ['No space left on device', 'ENOSPC'],
  ['Disk quota exceeded', 'EDQUOT'],
  ['File too large', 'EFBIG'],
  ['Too many open files', 'EMFILE'],
  ['Read-only file system', 'EROFS'],
  ['Permission denied', 'EACCES'],
  ['Input/output error', 'EIO'],
  ['Stale file handle', 'ESTALE'],
] as const;

/** The same as if Node had passed it on; null where DuckDB speaks for itself. */
function systemError(words: string, cause: Error): CensusError | null {
  const code = systemWords.find(([said]) => words.includes(said))?.[1];
  if (code === undefined) return null;
  const path = /"(\/[^"]+)"/.exec(words)?.[1];
  const refused = Object.assign(new Error(`the database says: ${words}`, { cause }), { code, syscall: 'database' });
  return knownError(path === undefined ? refused : Object.assign(refused, { path }));
}

/** DuckDB's own words: a record file that was changed, a full disk. What a consumer of rows throws passes through. */
export function databaseError(cause: unknown): unknown {
  if (
    !(cause instanceof Error) ||
    !/^(IO|Invalid Input|Out of Memory|Conversion|Serialization) Error/.test(cause.message)
  )
    return cause;
  const [words = ''] = cause.message.split('\n');
  const kept = 'everything measured is kept: the same command then resumes the run';
  if (cause.message.startsWith('Out of Memory Error')) {
    const hint = `free memory, or space in the run folder's file system, where the database spills to; ${kept}`;
    return new CensusError('E_MEMORY', `the database used up the memory that it may use: ${words}`, hint, cause);
  }
  const refused = systemError(words, cause);
  if (refused !== null) return refused;
  return new CensusError(
    'E_INPUT',
    `the database says: ${words}`,
    'if a record file was changed after it was written, put it back; mptcp-census replay decodes all of them again, without a packet',
    cause,
  );
}
