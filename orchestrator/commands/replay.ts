import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Option } from '@commander-js/extra-typings';
import type { Replayed } from '../core/replay.ts';
import { CensusError } from '../errors.ts';
import { RuleSetName } from '../schemas/lists.ts';
import { pathText } from '../view/visible.ts';
import type { AddCommand, Host } from './host.ts';

interface Replay {
  folder: string;
  into: string;
  rules: { name: RuleSetName; version: number };
}

/** Prints what the rules decide otherwise than those that the run was judged by. */
async function printChanges({ out, err }: Host, { folder, into, rules }: Replay): Promise<void> {
  const { changedVerdicts } = await import('../stages/merge/changes.ts');
  let moved = 0;
  async function* lines() {
    for await (const change of changedVerdicts(folder, into, join(into, '.tmp'))) {
      moved += 1;
      yield JSON.stringify(change);
    }
  }
  await out.lines(lines());
  err.line(
    `${moved} verdicts differ under rules ${rules.name} ${rules.version}; replayed into ${pathText(resolve(into))}`,
  );
}

/** Prints what became of each stage; other rules are expected to give other verdicts. */
function printStages({ out, failed }: Host, { into, rules }: Replay, results: readonly Replayed[]): void {
  for (const { stage, whole, compared, differs, notes } of results) {
    const told = whole && rules.name !== 'ours' ? `by the rules ${rules.name}` : `differs: ${differs.join(', ')}`;
    out.line(`${stage.padEnd(10)} ${compared} outputs, ${differs.length === 0 ? 'same rows' : told}`);
    for (const note of notes) out.line(`${' '.repeat(10)} ${note}`);
  }
  if (rules.name !== 'ours') out.line(`\n${readFileSync(join(into, 'report', 'summary.txt'), 'utf8').trimEnd()}\n`);
  out.line(`Replayed into ${pathText(resolve(into))}`);
  // Other rules give another result: then only what was decoded again must be what it was.
  const due = results.filter(({ whole }) => rules.name === 'ours' || !whole);
  if (due.some(({ differs }) => differs.length > 0)) failed();
}

const all = 'all';

async function replayed(host: Host, { folder, into, rules }: Replay): Promise<readonly Replayed[]> {
  const { replayCensus } = await import('../census.ts');
  return await replayCensus({ folder, into, rules: rules.name, report: () => undefined, signal: host.stopSignal() });
}

/** Judges a run by every table of rules, each into a folder of its own, and prints what each counts. */
async function replayByEach(host: Host, folder: string, options: { into?: string; changes?: true }): Promise<void> {
  if (options.into !== undefined || options.changes)
    throw new CensusError('E_CONFIG', '--rules all goes with neither --into nor --changes', 'name one rule set');
  const { ruleSets } = await import('../evidence/rule-sets/rule-sets.ts');
  const { byRulesTable } = await import('../report/by-rules.ts');
  const { toText } = await import('../report/text.ts');
  const folders = Object.values(ruleSets).map((rules) => ({ rules, into: join(folder, `replay-${rules.name}`) }));
  for (const { rules, into } of folders) await replayed(host, { folder, into, rules });
  const table = await byRulesTable(folders.map(({ rules, into }) => ({ name: rules.name, folder: into })));
  host.out.line(toText(table));
}

export const addReplay: AddCommand = (program, host) => {
  program
    .command('replay')
    .description('decode a finished run again from its raw files; sends no packet, needs no privileges')
    .argument('<folder>', 'run folder')
    .option('--into <folder>', 'output folder (default: replay/ in the run folder, or replay-NAME/ with --rules)')
    .addOption(
      new Option(
        '--rules <name>',
        'judge by another rule set, such as that of the 2015 study; all: by each, with the numbers side by side',
      ).choices([...RuleSetName.options, all]),
    )
    .option(
      '--changes',
      'print one NDJSON record per verdict that the current rules change; for runs made by an earlier version',
    )
    .addHelpText(
      'after',
      `
Exit code 1: at least one row differs from the run's.

Examples:
  $ mptcp-census replay runs/2026-11                   decode everything again and compare the rows
  $ mptcp-census replay runs/2026-11 --rules mehani2015
  $ mptcp-census replay runs/2026-11 --rules all       what the study, its erratum and we count, side by side
  $ mptcp-census replay runs/2025-11 --changes | jq -r '[.before, .after] | @tsv'`,
    )
    .action(async (folder, options) => {
      if (options.rules === all) {
        await replayByEach(host, folder, options);
        return;
      }
      const { ruleSets } = await import('../evidence/rule-sets/rule-sets.ts');
      const rules = ruleSets[options.rules ?? 'ours'];
      const into = options.into ?? join(folder, options.rules === undefined ? 'replay' : `replay-${options.rules}`);
      const results = await replayed(host, { folder, into, rules });
      if (options.changes) await printChanges(host, { folder, into, rules });
      else printStages(host, { folder, into, rules }, results);
    });
};
