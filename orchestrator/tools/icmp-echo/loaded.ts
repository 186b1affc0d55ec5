import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import type { CollectContext } from '../../core/tool.ts';
import { ProgramError } from '../../errors.ts';
import { flavours, modules, plugin, zmapProgram } from '../zmap/program.ts';

const listFile = 'zmap-modules.txt';

/**
 * Asks zmap whether the plug-in is in it. Pinging needs none of ours: without it zmap would send to those who opt out meanwhile, by a
 * clock that says when it got round to a packet.
 * @throws ProgramError E_PROGRAM_FAILED before anything is sent
 */
export async function requireLoaded(context: CollectContext<unknown, Config>): Promise<void> {
  if (context.runsAs(zmapProgram) !== flavours.plugin) return;
  const { stage, part, folder } = context;
  const args = ['-C', '/dev/null', '--list-probe-modules'];
  await context.exec({
    program: zmapProgram,
    args,
    env: { LD_PRELOAD: plugin },
    stdout: listFile,
    stderr: 'zmap-modules.stderr',
    timeoutMs: 30_000,
  });
  const listed = (await readFile(join(folder, listFile), 'utf8')).split('\n').map((line) => line.trim());
  if (listed.includes(modules[4])) return;
  const what = 'did not load the plug-in: it would send to those who opt out meanwhile';
  throw new ProgramError(
    'E_PROGRAM_FAILED',
    { stage, part, argv: [zmapProgram.name, ...args], exitCode: 0, what, stderrTail: [] },
    'LD_PRELOAD is ignored for a static zmap and for one with file capabilities: use that of Debian, remove them and give the run ambient ones (zmap-module/README.md); path.ping: false does without',
  );
}
