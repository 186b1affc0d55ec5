import { z } from 'zod';
import { CensusError, ProgramError } from '../../errors.ts';

/** Why a file that was written completely cannot be read; null if the error is of another kind. */
function damageOf(thrown: unknown): string | null {
  if (thrown instanceof SyntaxError) return thrown.message; // of JSON
  if (thrown instanceof z.ZodError) {
    const [issue] = thrown.issues;
    return issue === undefined ? 'it is of another form' : `${issue.path.join('.')}: ${issue.message}`;
  }
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  return thrown instanceof Error && /^(Z_|ERR_)/.test(code) ? thrown.message : null;
}

/**
 * Does what reads the raw files of a part. Tools read what they wrote themselves without expecting it to be cut or changed.
 * @throws CensusError E_RUN_FOLDER naming the part, where one of its files was
 */
export async function namingDamage<T>(
  part: { stage: string; part: string; raw: string },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const cure = `put it back from a copy of the run folder, or move ${part.raw} elsewhere to measure the part again`;
    if (cause instanceof ProgramError && cause.code === 'E_PROGRAM_FAILED') {
      // It reads files and asks nobody: the same again would end in the same way.
      const hint = `it reads what was measured. If mptcp-census verify says that a raw file was changed, ${cure}`;
      throw new ProgramError(cause.code, cause.failure, hint, cause);
    }
    const why = cause instanceof CensusError ? null : damageOf(cause);
    if (why === null) throw cause;
    const hint = `${cure}; mptcp-census verify names the file`;
    throw new CensusError('E_RUN_FOLDER', `${part.stage}/${part.part}: a raw file cannot be read: ${why}`, hint, cause);
  }
}
