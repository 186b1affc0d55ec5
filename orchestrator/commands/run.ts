import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { clock, type Reporter } from '../core/progress.ts';
import { pathText } from '../view/visible.ts';
import type { AddCommand, Channel, Host } from './host.ts';

interface Run {
  folder: string;
  config: Config;
  /** File, or - for standard output; null: no events. */
  events: string | null;
}

/** Makes the view that fits whoever watches. */
async function viewFor({ screen, line }: Channel, config: Config) {
  const { stageNames } = await import('../census.ts');
  const { announce } = await import('../view/lines.ts');
  const now = () => performance.now();
  if (screen === null) return (await import('../view/view.ts')).plainView(line, announce(config), now);
  return (await import('../view/live.ts')).liveView(stageNames(), announce(config), { now, screen });
}

/** Runs the census with its view, and with its events beside that. */
async function watched(host: Host, { folder, config, events }: Run, shown: Channel): Promise<void> {
  const { runCensus } = await import('../census.ts');
  const told =
    events === null ? null : await (await import('./run-events.ts')).runEvents(host, resolve(folder), events);
  const view = await viewFor(shown, config);
  const report: Reporter = (event) => {
    if (event.stage !== 'start') host.started();
    view.report(event);
    told?.report(event);
  };
  let thrown: unknown = null;
  try {
    await runCensus({ folder, config, report, signal: host.stopSignal(), terminal: shown.screen !== null });
  } catch (error) {
    thrown = error;
    throw error;
  } finally {
    view.end();
    await told?.end(thrown);
  }
}

async function run(host: Host, of: Run): Promise<void> {
  host.outlivesReaders();
  // Standard output is the events' then, and for programs.
  const shown = of.events === '-' ? host.err : host.out;
  const { budgetLine, requireBudget } = await import('../config/budget.ts');
  requireBudget(of.config);
  shown.line(budgetLine(of.config));
  await watched(host, of, shown);
  const memory = Math.ceil(process.resourceUsage().maxRSS / 1024);
  shown.line(`\n${clock(performance.now() / 1000)} in all, at most ${memory} MB of memory (the database in it)\n`);
  shown.line(`${readFileSync(join(of.folder, 'report', 'summary.txt'), 'utf8').trimEnd()}\n`);
  shown.line(`Report: ${pathText(resolve(of.folder, 'report', 'index.html'))}`);
}

const text = `
Examples:
  $ mptcp-census run --dry-run -c census.yaml runs/2026-11     targets, packets, duration; or what is left
  $ sudo mptcp-census run -c census.yaml runs/2026-11
  $ sudo mptcp-census run -c census.yaml runs/2026-11 --events - | jq -r 'select(.eta_seconds) | [.stage, .eta_seconds] | @tsv'

An interrupted run resumes where it stopped. Remove runs/NAME/STAGE to measure that stage again.
docs/events.md lists the events.`;

/** Gathers an option that may be given several times. */
function gather(value: string, before: string[]): string[] {
  return [...before, value];
}

export const addRun: AddCommand = (program, host) => {
  program
    .command('run')
    .description('run a census, or resume an unfinished one')
    .argument('<folder>', 'run folder, such as runs/2026-11')
    .requiredOption('-c, --config <file>', 'census.yaml')
    .option('--set <key=value>', 'override a key, such as --set scan.rate=1000; repeatable', gather, [])
    .option(
      '--events <file>',
      'append one line of JSON per event to a file or named pipe; - for stdout (progress then goes to stderr)',
    )
    .option(
      '--dry-run',
      'print what it would send, to which targets and for how long; send nothing and leave the folder as it is',
    )
    .addHelpText('after', text)
    .action(async (folder, options) => {
      const { loadConfig } = await import('../config/file.ts');
      const config = loadConfig(options.config, options.set);
      if (!options.dryRun) return await run(host, { folder, config, events: options.events ?? null });
      const { dryRunLines } = await import('../dry-run/dry-run.ts');
      const { tellReading } = await import('./reading.ts');
      const told = { signal: host.stopSignal(), onReading: await tellReading(host) };
      await host.out.lines(dryRunLines({ folder, config, temp: host.temp, ...told }));
    });
};
