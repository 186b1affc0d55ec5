import { execa } from 'execa';

/** A program of the lab failed; the message holds the command and what it said on stderr. */
class LabCommandError extends Error {
  readonly code = 'LAB_COMMAND';
}

/**
 * Runs one short command to its end and returns its stdout. Throws LabCommandError on another exit code than 0, after 30 s, or when the
 * program is missing.
 */
export async function run(command: readonly string[], options: { input?: string } = {}): Promise<string> {
  const [file = '', ...rest] = command;
  const { input } = options;
  const result = await execa(file, rest, {
    reject: false,
    timeout: 30_000,
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
  });
  if (!result.failed) return result.stdout;
  const said = result.stderr ? `: ${result.stderr.slice(-2000)}` : '';
  throw new LabCommandError(
    `${command.join(' ')} ended with ${result.exitCode ?? result.code ?? result.signal}${said}`,
    {
      cause: result,
    },
  );
}
