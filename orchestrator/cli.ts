#!/usr/bin/env node
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, CommanderError, Option } from '@commander-js/extra-typings';
import { canonicalAddress } from './address/ip.ts';
import { printLines } from './core/process/print-lines.ts';
import { abortOnSignals } from './core/process/signals.ts';
import { tellOfStandstill } from './core/process/standstill.ts';
import { clock, type Reporter } from './core/progress.ts';
import { CensusError, knownError } from './errors.ts';
import { examples } from './help/examples.ts';
import { censusVersion } from './machine/version.ts';
import { RuleSetName } from './schemas/lists.ts';

// What a command alone needs is loaded by it: `cat` prints its first line before the figures' library would be read.
const out = (text: string) => process.stdout.write(`${text}\n`);
const err = (text: string) => process.stderr.write(`${text}\n`);
const ownTemp = () => process.env.TMPDIR ?? '/var/tmp';
const stopSignal = () => abortOnSignals(() => process.exit(1));

/** Gathers an option that may be given several times. */
function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

const program = new Command('mptcp-census')
  .exitOverride() // before the commands, which inherit it: its own exit code for wrong usage is 1
  .description('Measures Multipath TCP deployment: evidence from real programs, verdicts that can be recomputed.')
  .version(censusVersion())
  .addHelpText('after', examples);

program
  .command('run')
  .description('run a census, or resume an unfinished one')
  .argument('<folder>', 'run folder, such as runs/2026-11')
  .requiredOption('-c, --config <file>', 'census.yaml')
  .option('--set <key=value>', 'override a key, such as --set scan.rate=1000; repeatable', collect, [])
  .option('--dry-run', 'print whom it would send to, how much and for how long; send nothing, write nothing there')
  .addHelpText(
    'after',
    `
Examples:
  $ mptcp-census run --dry-run -c census.yaml runs/2026-11     targets, packets, duration; or what is left
  $ sudo mptcp-census run -c census.yaml runs/2026-11

An interrupted run resumes where it stopped. Remove runs/NAME/STAGE to measure that stage again.`,
  )
  .action(async (folder, options) => {
    const { loadConfig } = await import('./config/file.ts');
    const config = loadConfig(options.config, options.set);
    if (options.dryRun) {
      const { dryRunLines } = await import('./dry-run/dry-run.ts');
      return await printLines(process.stdout, dryRunLines({ folder, config, temp: ownTemp(), signal: stopSignal() }));
    }
    const { runCensus, stageNames } = await import('./census.ts');
    const { announce, liveView, plainView } = await import('./view.ts');
    const terminal = process.stdout.isTTY === true;
    const note = announce(config);
    const view = terminal
      ? liveView(stageNames(), note, { now: () => performance.now(), print: out })
      : plainView(out, note);
    const report: Reporter = (event) => {
      started = true;
      view.report(event);
    };
    try {
      await runCensus({ folder, config, report, signal: stopSignal(), terminal });
    } finally {
      await view.end();
    }
    const memory = Math.ceil(process.resourceUsage().maxRSS / 1024);
    out(`\n${clock(performance.now() / 1000)} in all, at most ${memory} MB of memory (the database in it)\n`);
    out(`${readFileSync(join(folder, 'report', 'summary.txt'), 'utf8').trimEnd()}\n`);
    out(`Report: ${resolve(folder, 'report', 'index.html')}`);
  });

program
  .command('replay')
  .description('decode a finished run again from its raw files; sends no packet, needs no privileges')
  .argument('<folder>', 'run folder')
  .option('--into <folder>', 'output folder (default: replay/ in the run folder, or replay-NAME/ with --rules)')
  .addOption(
    new Option('--rules <name>', 'judge by another table of rules, such as that of the 2015 study').choices(
      RuleSetName.options,
    ),
  )
  .option(
    '--changes',
    'print one NDJSON record per verdict that the current rules change; for runs made by an earlier version',
  )
  .addHelpText('after', "\nExample: mptcp-census replay runs/2025-11 --changes | jq -r '[.before, .after] | @tsv'")
  .action(async (folder, options) => {
    const { replayCensus } = await import('./census.ts');
    const { ruleSets } = await import('./evidence/rule-sets/rule-sets.ts');
    const rules = ruleSets[options.rules ?? 'ours'];
    const into = options.into ?? join(folder, options.rules === undefined ? 'replay' : `replay-${options.rules}`);
    const report = () => undefined;
    const results = await replayCensus({ folder, into, rules: rules.name, report, signal: stopSignal() });
    if (options.changes) {
      const { changedVerdicts } = await import('./stages/merge/changes.ts');
      let moved = 0;
      for await (const change of changedVerdicts(folder, into, join(into, '.tmp'))) {
        moved += 1;
        out(JSON.stringify(change));
      }
      err(`${moved} verdicts differ under rules ${rules.name} ${rules.version}; replayed into ${resolve(into)}`);
      return;
    }
    for (const { stage, whole, compared, differs, notes } of results) {
      const told = whole && rules.name !== 'ours' ? `by the rules ${rules.name}` : `differs: ${differs.join(', ')}`;
      out(`${stage.padEnd(10)} ${compared} outputs, ${differs.length === 0 ? 'same rows' : told}`);
      for (const note of notes) out(`${' '.repeat(10)} ${note}`);
    }
    if (rules.name !== 'ours') out(`\n${readFileSync(join(into, 'report', 'summary.txt'), 'utf8').trimEnd()}\n`);
    out(`Replayed into ${resolve(into)}`);
    // Other rules give another result: then only what was decoded again must be what it was.
    const due = results.filter(({ whole }) => rules.name === 'ours' || !whole);
    if (due.some(({ differs }) => differs.length > 0)) process.exitCode = 1;
  });

program
  .command('purge')
  .description('remove a party from stored runs, raw files and captures included; hashes and results are renewed')
  .argument('<party>', 'address, prefix, or a name with all names below it')
  .argument('<run...>', 'folders of complete runs')
  .addHelpText(
    'after',
    '\nExample: mptcp-census purge 198.18.4.7 runs/*\nA purge that was ended is started again and comes to the same end. Copies elsewhere are yours to find.',
  )
  .action(async (text, folders) => {
    const { purgeLines } = await import('./purge/command.ts');
    await printLines(process.stdout, purgeLines(text, folders, stopSignal()));
  });

program
  .command('verify')
  .description('compare every file of a run with the hashes that were taken when it was written; changes nothing')
  .argument('<run...>', 'run folders, or folders of replays')
  .addHelpText(
    'after',
    `
One line for each file that differs, is missing or is unexpected: then the exit code is 1.
Lines that begin with unhashed, open or outside say what cannot be compared, and are no damage.

Example: mptcp-census verify runs/*`,
  )
  .action(async (folders) => {
    const { verifyLines } = await import('./verify/command.ts');
    const damage = () => {
      process.exitCode = 1;
    };
    await printLines(process.stdout, verifyLines(folders, { damage, tell: err }));
  });

program
  .command('cat')
  .description('print the records of a stage, or hosts or domains, as NDJSON')
  .argument('<folder>', 'run folder')
  .argument('<stage>', 'targets, resolve, scan, ..., hosts or domains')
  .option('--address <address>', 'only records about this address')
  .addHelpText(
    'after',
    '\nExample: mptcp-census cat runs/2026-11 hosts | jq -r \'select(.v1.verdict == "capable").address\'',
  )
  .action(async (folder, stage, { address }) => {
    const about = address === undefined ? null : canonicalAddress(address);
    if (address !== undefined && about === null)
      throw new CensusError('E_INPUT', `${address} is no address`, 'give one IPv4 or IPv6 address');
    const { recordLines } = await import('./core/cat.ts');
    await printLines(process.stdout, recordLines(resolve(folder), stage, about));
  });

program
  .command('judge')
  .description(
    "verdicts for the module's JSON output on stdin, one NDJSON record per address, port and version on stdout",
  )
  .addHelpText(
    'after',
    `
Examples:
  $ zmap -M mptcp_synscan --probe-args=v1 -p 80 -O json -f '*' ... | mptcp-census judge
  $ mptcp-census judge --report out < zmap.json`,
  )
  .option('--report <folder>', 'write tables, figures and a page there instead, and print the tables')
  .option('--temp <folder>', 'where inputs of more than some 150,000 lines are sorted (default: $TMPDIR, or /var/tmp)')
  .action(async ({ report, temp = ownTemp() }) => {
    // Nothing is running that must be put back: the folder goes with the process.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));
    const { judgeLines } = await import('./judge/command.ts');
    const read = await judgeLines({ input: process.stdin, output: process.stdout, err, report, temp });
    if (!read) process.exitCode = 1;
  });

program
  .command('doctor')
  .description('check that all required programs and kernel features are installed')
  .option('-c, --config <file>', 'check only what a run with this configuration needs')
  .action(async (options) => {
    const { loadConfig, refuseUnsafe } = await import('./config/file.ts');
    const { readOptOuts } = await import('./config/restraint.ts');
    const { needsOf } = await import('./census.ts');
    const { inputsOf } = await import('./inputs/inputs.ts');
    const { examine } = await import('./machine/doctor.ts');
    const config = options.config === undefined ? null : loadConfig(options.config, []);
    const asked = config === null ? null : { config, needs: needsOf(config), inputs: inputsOf(config) };
    const { ok, lines } = await examine(asked);
    if (config !== null) readOptOuts(config);
    for (const line of lines) out(line);
    if (!ok) process.exitCode = 1;
    else if (config !== null) refuseUnsafe(config);
  });

program
  .command('init')
  .description('write a commented configuration file')
  .argument('[file]', 'file to write', 'census.yaml')
  .option('--all', 'every key with its default and its meaning, not the eight that matter')
  .addHelpText('after', '\nExample: mptcp-census init --all all.yaml')
  .action(async (file, { all }) => {
    const { fullTemplate, initTemplate } = await import('./config/template.ts');
    if (existsSync(file)) throw new CensusError('E_CONFIG', `${file} already exists`, 'choose another file name');
    writeFileSync(file, all ? fullTemplate : initTemplate);
    out(`Wrote ${file}. Set contact, scan.rate and scan.blocklist, then: mptcp-census doctor`);
  });

function fail({ code, message, hint }: CensusError): void {
  err(`error ${code}: ${message}`);
  err(`  ${hint}`);
  process.exitCode = started ? 1 : 2;
}

/** true once a stage was looked at: from then on a failure is a failed run (1), before it a run that could not start (2). */
let started = false;

// A reader that has seen enough (head) closes the pipe. That ends what only prints; a run goes on, and puts back what it changed.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') process.exit(1);
  if (!started) process.exit(0);
});

tellOfStandstill(() => process.exitCode, err);

try {
  await program.parseAsync();
} catch (thrown) {
  // Wrong usage was told already; help and version that were asked for end with 0.
  if (thrown instanceof CommanderError) process.exitCode = thrown.exitCode === 0 ? 0 : 2;
  else fail(knownError(thrown));
}
