import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { execaSync } from 'execa';
import { z } from 'zod';

const Message = z.looseObject({
  id: z.int().optional(),
  method: z.string().optional(),
  sessionId: z.string().optional(),
  params: z.looseObject({}).optional(),
  result: z.looseObject({}).optional(),
  error: z.looseObject({ message: z.string() }).optional(),
});
type Message = z.infer<typeof Message>;

/** Why no browser can be asked; null where one can. */
export function whyNoChromium(): string | null {
  const found = execaSync('chromium', ['--version'], { reject: false });
  return found.exitCode === 0 ? null : 'chromium is not installed (apt install chromium)';
}

const limitMs = 30_000;

/** Pipes 3 and 4 of the browser: messages end with a zero byte. */
function pipesOf(child: ChildProcess): { input: Writable; output: Readable } {
  const [, , , input, output] = child.stdio;
  if (input == null || output == null || !('write' in input) || !('read' in output)) throw new Error('no pipes');
  return { input, output };
}

/** A browser without a window, spoken to over pipes: no port is opened. */
export class Chromium {
  readonly #child: ChildProcess;
  readonly #folder = mkdtempSync(join(tmpdir(), 'chromium-'));
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #listeners: ((message: Message) => void)[] = [];
  readonly #input: Writable;
  #last = 0;

  constructor() {
    const quiet = [
      '--headless',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ];
    const args = [
      ...quiet,
      '--no-sandbox',
      '--remote-debugging-pipe',
      `--user-data-dir=${this.#folder}`,
      'about:blank',
    ];
    this.#child = spawn('chromium', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    const { input, output } = pipesOf(this.#child);
    this.#input = input;
    let rest = '';
    output.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\0');
      rest = parts.pop() ?? '';
      for (const part of parts) this.#hear(Message.parse(JSON.parse(part)));
    });
  }

  #hear(message: Message): void {
    if (message.id === undefined) for (const listener of this.#listeners) listener(message);
    else this.#waiting.get(message.id)?.(message);
  }

  on(listener: (message: Message) => void): void {
    this.#listeners.push(listener);
  }

  async send(
    method: string,
    params: Record<string, unknown> = {},
    sessionId?: string,
  ): Promise<Record<string, unknown>> {
    const id = ++this.#last;
    const answered = new Promise<Message>((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`${method}: no answer`)), limitMs);
      this.#waiting.set(id, (message) => {
        clearTimeout(limit);
        resolve(message);
      });
    });
    this.#input.write(`${JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`);
    const { error, result = {} } = await answered;
    this.#waiting.delete(id);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    await this.send('Browser.close').catch(() => this.#child.kill('SIGKILL'));
    await gone;
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
