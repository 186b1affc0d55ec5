import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { rawExists, rawText } from '../../core/folder/raw-files.ts';
import { jsonOf } from '../../core/process/lines.ts';
import type { CollectContext, Program, Status } from '../../core/tool.ts';
import { writeFile } from '../../core/writing.ts';
import { CensusError } from '../../errors.ts';
import { defaultRate } from '../zmap/command.ts';
import { withOptOutTable } from '../zmap/opt-out-table.ts';
import { Counts } from './raw.ts';

/** One status line a second: `sending 120 of 480; sent 118, answers 97`. */
function status(line: string): Status | null {
  const [, word, done, of, sent, answers] =
    /^(sending|waiting) (\d+) of (\d+); sent (\d+), answers (\d+)$/.exec(line) ?? [];
  if (word === undefined) return null;
  return {
    fraction: Number(of) === 0 ? null : Number(done) / Number(of),
    text: `sent ${sent}, answers ${answers}`,
    sent: Number(sent),
    ...(word === 'waiting' ? { waits: true as const } : {}),
  };
}

/** Sends SYNs and echo requests of any TTL, and reads who answers them (zmap-module/sweep). Built with the module. */
export const sweepProgram: Program = {
  name: 'mptcp-sweep',
  version: { args: ['--version'], pattern: /mptcp-sweep (\S+)/ },
  apt: null,
  made: 'make -C zmap-module',
  privileges: 'CAP_NET_RAW',
  okExits: [0],
  status,
};

/** Files of a part by the name of what is asked. */
export const sweepFiles = {
  targets: (name: string) => `${name}.lines.txt`,
  answers: (name: string) => `${name}.ndjson`,
  counts: (name: string) => `${name}.metadata.json`,
};

/** Packets a second to one address: routers limit how many errors they send to us. */
const each = 20;

/** How long late answers are waited for after a pass: as in the scan, and as long as the program takes. */
export function waitMs({ scan }: Config): number {
  return Math.min(60_000, Math.round(scan.cooldown * 1000));
}

interface Asked {
  /** Begins the names of its files. */
  name: string;
  /** Lines of ADDRESS PORT PROBE. */
  lines: readonly string[];
  /** How each is asked: `--ttl`, `--passes` or `--rounds`. */
  args: readonly string[];
  /** Packets to one line at most. */
  most: number;
}

/** How long it takes at the rate, or at the rate of single addresses where they are few. */
export function sweepSeconds(config: Config, lines: number, most: number): number {
  return (lines * most) / Math.min(config.scan.rate ?? defaultRate, each * Math.max(1, lines));
}

/**
 * Runs mptcp-sweep once. Addresses that opt out meanwhile get nothing more.
 * @throws ProgramError when it was interrupted
 */
export async function runSweep(context: CollectContext<unknown, Config>, asked: Asked): Promise<void> {
  const { folder, config, optOuts } = context;
  const { name, lines, most } = asked;
  const file = (of: string) => join(folder, of);
  await writeFile(file('sweep.secret'), randomBytes(16).toString('hex'));
  await writeFile(file(sweepFiles.targets(name)), lines.map((line) => `${line}\n`).join(''));
  const send = async (table: string | null) => {
    await context.exec({
      program: sweepProgram,
      args: [
        ...[
          '--secret-file',
          file('sweep.secret'),
          '--rate',
          String(config.scan.rate ?? defaultRate),
          '--each',
          String(each),
        ],
        ...asked.args,
        ...['--wait', String(waitMs(config)), '--counts', file(sweepFiles.counts(name))],
        ...(config.scan.interface === null ? [] : ['--interface', config.scan.interface]),
        ...(table === null ? [] : ['--opt-outs', table]),
      ],
      stdin: file(sweepFiles.targets(name)),
      stdout: sweepFiles.answers(name),
      stderr: `${name}.stderr`,
      timeoutMs: (2 * sweepSeconds(config, lines.length, most) + 300) * 1000 + 12 * waitMs(config),
      idleMs: 60_000,
    });
  };
  if (optOuts === null) await send(null);
  else await withOptOutTable(optOuts, folder, send);
}

/** What it counted; null where it was not run: there was nobody to ask. */
export async function sweepCounts(folder: string, name: string): Promise<Counts | null> {
  const path = join(folder, sweepFiles.counts(name));
  if (!(await rawExists(path))) return null;
  const parsed = Counts.safeParse(jsonOf(await rawText(path)));
  if (parsed.success) return parsed.data;
  throw new CensusError('E_PROGRAM_RUBBISH', `${path} is not what mptcp-sweep counts`, 'put the file back as it was');
}

/** @throws CensusError E_RUN_FOLDER when the answers that were read are not as many as were printed */
export async function requireAllAnswers(folder: string, name: string, read: number): Promise<void> {
  const counts = await sweepCounts(folder, name);
  if (counts === null || counts.answers === read) return;
  throw new CensusError(
    'E_RUN_FOLDER',
    `${join(folder, sweepFiles.answers(name))} holds ${read} answers, mptcp-sweep counted ${counts.answers}`,
    'put the file back as it was; or move the folder of this part out of raw/ and run again, which measures the part anew',
  );
}

/** Losses under the names that all tools have for them, and what else tells how the sweep went. */
export async function sweepFacts(folder: string, name: string): Promise<Record<string, number>> {
  const counts = await sweepCounts(folder, name);
  if (counts === null) return {};
  const { sent, send_failures, answers, repeats, kernel_dropped, resets, kernel_resets, no_route, opted_out } = counts;
  return {
    ...{ sent, answers, answers_repeated: repeats, receive_drops: kernel_dropped, send_failures },
    ...{ resets_sent: resets, kernel_resets, no_route, frames_opted_out: opted_out },
  };
}
