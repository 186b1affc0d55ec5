import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Option } from '@commander-js/extra-typings';
import type { Replayed } from '../core/replay.ts';
import { RuleSetName } from '../schemas/lists.ts';
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
  err.line(`${moved} verdicts differ under rules ${rules.name} ${rules.version}; replayed into ${resolve(into)}`);
}

/** Prints what became of each stage; other rules are expected to give other verdicts. */
function printStages({ out, failed }: Host, { into, rules }: Replay, results: readonly Replayed[]): void {
  for (const { stage, whole, compared, differs, notes } of results) {
    const told = whole && rules.name !== 'ours' ? `by the rules ${rules.name}` : `differs: ${differs.join(', ')}`;
    out.line(`${stage.padEnd(10)} ${compared} outputs, ${differs.length === 0 ? 'same rows' : told}`);
    for (const note of notes) out.line(`${' '.repeat(10)} ${note}`);
  }
  if (rules.name !== 'ours') out.line(`\n${readFileSync(join(into, 'report', 'summary.txt'), 'utf8').trimEnd()}\n`);
  out.line(`Replayed into ${resolve(into)}`);
  // Other rules give another result: then only what was decoded again must be what it was.
  const due = results.filter(({ whole }) => rules.name === 'ours' || !whole);
  if (due.some(({ differs }) => differs.length > 0)) failed();
}

export const addReplay: AddCommand = (program, host) => {
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
    .addHelpText(
      'after',
      `
Exit code 1: a row differs from the run's.

Examples:
  $ mptcp-census replay runs/2026-11                   decode everything again and compare the rows
  $ mptcp-census replay runs/2026-11 --rules mehani2015
  $ mptcp-census replay runs/2025-11 --changes | jq -r '[.before, .after] | @tsv'`,
    )
    .action(async (folder, options) => {
      const { replayCensus } = await import('../census.ts');
      const { ruleSets } = await import('../evidence/rule-sets/rule-sets.ts');
      const rules = ruleSets[options.rules ?? 'ours'];
      const into = options.into ?? join(folder, options.rules === undefined ? 'replay' : `replay-${options.rules}`);
      const report = () => undefined;
      const results = await replayCensus({ folder, into, rules: rules.name, report, signal: host.stopSignal() });
      if (options.changes) await printChanges(host, { folder, into, rules });
      else printStages(host, { folder, into, rules }, results);
    });
};
