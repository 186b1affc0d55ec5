import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, type Options } from 'execa';
import { RawReader } from '../../../orchestrator/core/folder/raw-files.ts';
import type { LateOptOuts } from '../../../orchestrator/core/opt-outs/late.ts';
import { searchPath } from '../../../orchestrator/core/process/launch.ts';
import { lineBatches, splitLines } from '../../../orchestrator/core/process/lines.ts';
import { isAsleep } from '../../../orchestrator/core/process/watch.ts';
import { Turns } from '../../../orchestrator/core/side-by-side/turns.ts';
import type {
  CollectContext,
  Command,
  Conversation,
  DecodeContext,
  Exit,
  RawRow,
  Tool,
} from '../../../orchestrator/core/tool.ts';
import { Reject } from '../../../orchestrator/core/tool.ts';
import { ProgramError } from '../../../orchestrator/errors.ts';

interface ContextOptions<I, C> {
  rows: I[];
  config: C;
  /** Raw folder to use, such as a fixture for decode; default: a fresh one under the system's temporary folder. */
  folder?: string;
  /** What the tool fetched for the run. */
  fetched?: string;
  stage?: string;
  part?: string;
  seed?: number;
  /** Words put before every command, such as ['ip', 'netns', 'exec', 'lab-scanner']. */
  within?: string[];
  /** How every program is run, where a tool has several ways. */
  runsAs?: string;
  optOuts?: LateOptOuts;
}

/** `taken`: the rows of a tool that decodes as it collects. */
type TestContext<I, C> = CollectContext<I, C> &
  DecodeContext<I, C> & { progressed: number[]; taken: RawRow[]; leftOut: I[] };

const folders: string[] = [];
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A fresh folder that is gone when the test file is through. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mptcp-census-test-'));
  folders.push(folder);
  return folder;
}

/** Both contexts of a tool over real programs, without core: no retries, no manifest, no pseudo-terminal, no idle limit. */
export async function makeContext<I, C>(options: ContextOptions<I, C>): Promise<TestContext<I, C>> {
  const home = await temporaryFolder();
  const folder = options.folder ?? join(home, 'raw');
  const input = join(home, 'input.ndjson');
  const stage = options.stage ?? 'stage';
  const part = options.part ?? '00000';
  await mkdir(folder, { recursive: true });
  await writeFile(input, options.rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const progressed: number[] = [];
  const taken: RawRow[] = [];
  const leftOut: I[] = [];
  const turns = new Turns();
  const run = (command: Command, stdin: 'pipe' | 'ignore', stdout: Options['stdout']) =>
    launch(command, { folder, stage, part, within: options.within ?? [], stdin, stdout });
  return {
    stage,
    part,
    folder,
    input,
    fetched: options.fetched ?? null,
    config: options.config,
    seed: options.seed ?? 1,
    signal: new AbortController().signal,
    progressed,
    taken,
    take: (rows) => void taken.push(...rows),
    optOuts: options.optOuts ?? null,
    leftOut,
    leaveOut: (row) => void leftOut.push(row),
    async *rows() {
      yield* options.rows;
    },
    async *batches() {
      yield [...options.rows];
    },
    rawLines: (name) => new RawReader(folder, null).lines(name),
    rawRows: (name, complete) => new RawReader(folder, null).rows(name, complete),
    async exec(command) {
      return await run(
        command,
        'ignore',
        command.stdout === undefined ? 'ignore' : { file: join(folder, command.stdout) },
      ).exit;
    },
    start(command) {
      return converse(run(command, 'pipe', 'pipe'));
    },
    async *lines(command) {
      const started = run(command, 'ignore', 'pipe');
      yield* started.child.iterable();
      await started.exit;
    },
    turn: () => turns.take(part),
    runsAs: () => options.runsAs ?? null,
    progress(done) {
      progressed.push(done);
    },
  };
}

interface LaunchOptions {
  folder: string;
  stage: string;
  part: string;
  within: string[];
  stdin: 'pipe' | 'ignore';
  stdout: Options['stdout'];
}

function launch(command: Command, { folder, stage, part, within, stdin, stdout }: LaunchOptions) {
  const env = Object.entries(command.env ?? {}).map(([name, value]) => `${name}=${value}`);
  // The environment goes through env(1) so that it reaches the program and not the words before it (LD_PRELOAD).
  const argv = [...within, ...(env.length === 0 ? [] : ['env', ...env]), command.program.name, ...command.args];
  const [file = '', ...args] = argv;
  const started = performance.now();
  const child = execa(file, args, {
    buffer: false,
    reject: false,
    stdin: command.stdin === undefined ? stdin : { file: command.stdin },
    stdout: stdout ?? 'ignore',
    stderr: ['pipe', { file: join(folder, command.stderr ?? `${command.program.name}.stderr`), append: true }],
    timeout: command.timeoutMs,
    env: { PATH: searchPath() },
    ...(command.inFolder ? { cwd: folder } : {}),
  });
  const stderr: string[] = [];
  const listeners = new Set<(line: string) => void>();
  const reading = (async () => {
    for await (const line of child.iterable({ from: 'stderr' })) {
      stderr.push(line);
      const status = command.program.status?.(line);
      if (status) command.onStatus?.(status);
      for (const listener of listeners) listener(line);
    }
  })();
  let stopping = false;
  const exit = (async (): Promise<Exit> => {
    const [result] = await Promise.all([child, reading]);
    const exitCode = result.exitCode ?? null;
    const stderrTail = stderr.slice(-10);
    const normal = command.okExits ?? command.program.okExits;
    if (!stopping && (exitCode === null || !normal.includes(exitCode))) {
      const missing = result.code === 'ENOENT';
      const what = result.timedOut
        ? 'ran into its time limit'
        : `exited with ${exitCode ?? result.signal ?? result.code}`;
      const code = missing ? 'E_PROGRAM_MISSING' : 'E_PROGRAM_FAILED';
      throw new ProgramError(code, { stage, part, argv, exitCode, what, stderrTail }, `see ${folder}`, result.cause);
    }
    return { exitCode, stderrTail, durationMs: performance.now() - started };
  })();
  exit.catch(() => {}); // whoever awaits it sees the failure; nobody has to
  const stop = async (signal: NodeJS.Signals) => {
    stopping = true;
    child.kill(signal);
    return await exit;
  };
  return { child, exit, stderr, listeners, stop };
}

function converse({ child, exit, stderr, listeners, stop }: ReturnType<typeof launch>): Conversation {
  const stdin = child.stdin;
  stdin?.on('error', () => {}); // a program that ends early breaks the pipe; `done` tells why
  return {
    done: exit,
    isAsleep: () => isAsleep(child.pid),
    stop,
    async *lines() {
      // Not execa's iterable: leaving that early waits for the program's end.
      if (child.stdout) yield* splitLines(child.stdout);
    },
    async *batches() {
      if (child.stdout) yield* lineBatches(child.stdout);
    },
    closeInput: () => stdin?.end(),
    said: () => 0,
    async writeLine(line) {
      if (stdin?.writable && !stdin.write(`${line}\n`)) await Promise.race([once(stdin, 'drain'), child]);
    },
    stderrLine: (pattern) =>
      new Promise((resolve, reject) => {
        const seen = stderr.find((line) => pattern.test(line));
        if (seen !== undefined) return resolve(seen);
        const listener = (line: string) => {
          if (!pattern.test(line)) return;
          listeners.delete(listener);
          resolve(line);
        };
        listeners.add(listener);
        exit.then(() => reject(new Error(`ended without a line like ${pattern}`)), reject);
      }),
  };
}

/** What core does with the rows of decode: raw schema, toRecord, rejects. */
export async function decodeAll<I, W, R, C>(
  tool: Tool<I, W, R, C>,
  context: DecodeContext<I, C>,
): Promise<{ records: R[]; rejects: { reason: string; unit: Reject['unit']; line: string | null }[] }> {
  const records: R[] = [];
  const rejects: { reason: string; unit: Reject['unit']; line: string | null }[] = [];
  for await (const rows of tool.decode(context)) {
    for (const row of rows) {
      const line = row.line ?? null;
      const parsed = tool.raw.safeParse(row.value);
      if (!parsed.success) {
        rejects.push({ reason: 'schema', unit: null, line });
        continue;
      }
      const out = tool.toRecord(parsed.data, { config: context.config });
      if (out instanceof Reject) rejects.push({ reason: out.reason, unit: out.unit, line });
      else records.push(...(Array.isArray(out) ? out : [out]));
    }
  }
  return { records, rejects };
}
