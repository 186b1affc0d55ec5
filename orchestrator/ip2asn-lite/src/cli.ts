import { parseCommand, UsageError } from './cli/arguments.ts';
import { runCommand } from './cli/commands.ts';
import { helpFor } from './cli/help.ts';
import { Progress } from './cli/progress.ts';
import { Ip2AsnError } from './errors.ts';
import { visible } from './visible.ts';

/** Errors of the operating system (no such file, no permission) say enough in one line. */
function isExpected(error: unknown): error is Error {
  return error instanceof Ip2AsnError || (error instanceof Error && 'syscall' in error);
}

/** Answers, at the speed at which they are taken. */
async function writeAll(chunks: AsyncIterable<string>): Promise<void> {
  for await (const chunk of chunks) {
    if (!process.stdout.write(chunk)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
}

/** For streams that nobody takes: a reader of answers may have seen enough, as with `| head`; messages are not what was asked for. */
function watchOutput(): void {
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    process.stderr.write(`ip2asn-lite: ${error.message}, to stdout\n`);
    process.exit(1);
  });
}

/** Node ends with 13, and nothing but the number, when all that is left is waited for and will not come. */
function tellOfStandstill(): void {
  process.on('exit', (code) => {
    if ([code, process.exitCode].includes(13)) process.stderr.write('ip2asn-lite: what it waited for never came\n');
  });
}

/** Runs the command line. Returns the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function main(args: readonly string[]): Promise<number> {
  watchOutput();
  tellOfStandstill();
  const progress = new Progress(process.stderr, process.stderr.isTTY);
  try {
    const command = parseCommand(args);
    await writeAll(runCommand(command, { stdin: process.stdin, progress }));
    return progress.failed ? 1 : 0;
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${visible(error.message)}\n\n${helpFor(error.command)}`);
      return 2;
    }
    if (!isExpected(error)) throw error;
    process.stderr.write(`ip2asn-lite: ${visible(error.message)}\n`);
    return 1;
  }
}
