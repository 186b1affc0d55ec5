import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { jsonOf } from '../core/process/lines.ts';
import { after } from '../core/process/timer.ts';
import type { CollectContext, Conversation, Program } from '../core/tool.ts';
import { CensusError } from '../errors.ts';

/** It ended without doing anything, and said why. */
const refused = 3;

/** Holds the kernel's settings for as long as we live, and puts them back whatever becomes of us (zmap-module/guard). */
export const guard: Program = {
  name: 'mptcp-guard',
  version: { args: ['--version'], pattern: /mptcp-guard (\S+)/ },
  apt: null,
  made: 'make -C zmap-module',
  privileges: 'CAP_NET_ADMIN, for settings that are not right already',
  okExits: [0],
};

const Setting = z.object({ found: z.string(), held: z.string() });

/** What was held while a part was measured. */
export const Held = z.object({
  addresses: z.array(z.string()).describe('addresses of this network namespace'),
  ports: z.tuple([z.int(), z.int()]).describe('local ports that connections came from, first and last'),
  journal: z.boolean().describe('whether what was found was also kept in memory outside the guard'),
  settings: z.record(z.string(), Setting).describe('by name: what was found and what was held'),
  join_ports: z
    .tuple([z.int(), z.int()])
    .optional()
    .describe('of these, those that subflows came from, where announced addresses were asked for some'),
  bare_syns: z.boolean().optional().describe('whether our SYNs left without TCP timestamps, where that was asked for'),
  timestamps_because: z.string().optional().describe('why they kept them'),
  moved: z.array(z.string()).default([]).describe('settings that somebody else changed meanwhile'),
});
export type Held = z.infer<typeof Held>;
const Moved = z.object({ moved: z.array(z.string()) });

/** What a configuration asks beyond what every measurement needs. */
export function guardWords({ hold_first, checksum, join }: Config['handshake']): string[] {
  if (hold_first) return ['bare-syns', `checksum=${checksum ? 1 : 0}`, ...(join ? ['joins'] : [])];
  return checksum ? ['checksum=1'] : [];
}

/** Longer than any part takes. */
const limitMs = 20 * 24 * 3_600_000;

/** Another guard may have to end first. */
const readyMs = 10_000;

const Code = z.enum(['E_CONFIG', 'E_PRIVILEGES', 'E_PROGRAM_FAILED']);

/** `refused CODE: WHAT|WHAT HELPS` */
export function refusalOf(lines: readonly string[]): CensusError | null {
  const said = lines.map((line) => /^refused (\w+): (.*)\|(.*)$/.exec(line)).findLast(Boolean);
  return said ? new CensusError(Code.parse(said[1]), said[2] ?? '', said[3] ?? '') : null;
}

/** What the guard says in a line. It is built by itself: one of an earlier version may say it otherwise. */
function said<T>(schema: z.ZodType<T>, line: string): T {
  const { success, data } = schema.safeParse(jsonOf(line));
  if (success) return data;
  const what = `${guard.name} says what this version does not understand: ${line.slice(0, 200)}`;
  throw new CensusError('E_PROGRAM_RUBBISH', what, 'build it again: make -C zmap-module');
}

/** A guard that says what it holds; one that refuses is an error with its own words. */
async function begin(process: Conversation, lines: AsyncIterator<string>): Promise<Held> {
  let hung = false;
  const callOff = after(readyMs, () => {
    hung = true;
    process.stop('SIGKILL').catch(() => undefined); // told below
  });
  const first = await lines.next().finally(callOff);
  if (hung) {
    const what = `${guard.name} did not say within ${readyMs / 1000} s what it holds`;
    throw new CensusError('E_PROGRAM_FAILED', what, 'run the same command again; mptcp-guard look says what it finds');
  }
  if (first.done !== true) return said(Held, first.value);
  const { stderrTail } = await process.done;
  const words = stderrTail.length === 0 ? '' : `: ${stderrTail.join(' ')}`;
  const hint = 'mptcp-guard look, in zmap-module/build, says what it finds; the same run command resumes';
  throw refusalOf(stderrTail) ?? new CensusError('E_PROGRAM_FAILED', `${guard.name} held nothing${words}`, hint);
}

/**
 * Does the work with the settings held and local ports of our own.
 * @throws CensusError when they cannot be had, or were not held to the end
 */
export async function whileHeld<T>(
  context: CollectContext<unknown, unknown>,
  work: (held: Held) => Promise<T>,
  words: readonly string[] = [],
): Promise<{ held: Held; result: T }> {
  const command = {
    program: guard,
    args: ['hold', ...words],
    timeoutMs: limitMs,
    putsBack: true,
    okExits: [0, refused],
  };
  const process = context.start(command);
  const lines = process.lines()[Symbol.asyncIterator]();
  try {
    const held = await begin(process, lines);
    const result = await work(held);
    process.closeInput();
    const last = await lines.next();
    if (last.done === true) {
      const what = `${context.stage}/${context.part}: ${guard.name} was ended before the measurement was`;
      throw new CensusError('E_PROGRAM_FAILED', what, 'run the same command again: the part is measured anew');
    }
    return { held: { ...held, ...said(Moved, last.value) }, result };
  } finally {
    process.closeInput();
    // What it says last is read also when the work failed: a pipe that nobody empties keeps its end from being told.
    while ((await lines.next()).done !== true);
    await process.done;
  }
}

/** The same for the manifest: each setting as it was held and as it was found. */
export function heldFacts({
  ports,
  settings,
  moved,
  bare_syns,
  timestamps_because,
}: Held): Record<string, number | string> {
  const value = (text: string) => (/^\d+$/.test(text) ? Number(text) : text);
  const facts: Record<string, number | string> = { local_ports: ports.join('-') };
  for (const [name, { found, held }] of Object.entries(settings)) {
    facts[name] = value(held);
    facts[`${name} found`] = value(found);
  }
  if (bare_syns !== undefined) facts.syn_timestamps = bare_syns ? 'left out' : `kept: ${timestamps_because}`;
  if (moved.length > 0) facts.settings_moved = moved.join(', ');
  return facts;
}
