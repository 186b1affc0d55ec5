import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecSite } from '../../../../orchestrator/core/process/settle.ts';
import type { Command, Program } from '../../../../orchestrator/core/tool.ts';

/** A program that is everywhere, for whatever a test needs a program to do. */
export const bash: Program = {
  name: 'bash',
  version: { args: ['--version'], pattern: /version (\S+)/ },
  apt: 'bash',
  privileges: null,
  okExits: [0],
};

/** A shell text as a command. */
export function script(text: string, more: Partial<Command> = {}): Command {
  return { program: bash, args: ['-c', text], timeoutMs: 60_000, ...more };
}

/** A place for commands of one part, in a folder of its own. */
export function makeSite(given: Partial<ExecSite> = {}): ExecSite {
  return {
    stage: 'scan',
    part: '00000',
    folder: mkdtempSync(join(tmpdir(), 'site-')),
    signal: new AbortController().signal,
    terminal: false,
    onStatus: () => undefined,
    commands: [],
    versions: { bash: '5' },
    ...given,
  };
}

/** What a promise failed of, as text; empty when it did not. */
export async function messageOf(run: Promise<unknown>): Promise<string> {
  return await run.then(
    () => '',
    (error: unknown) => String(error),
  );
}
