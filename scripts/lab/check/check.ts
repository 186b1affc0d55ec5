import { family } from '../addresses.ts';
import type { Truth, TruthHost } from '../truth.ts';
import { type CountRow, compareCounts } from './counts.ts';
import { compareCrowd } from './crowd.ts';
import { compareDetails, compareDomains } from './details.ts';
import { compareJoins } from './joins.ts';
import type { Result } from './result.ts';
import { compareVerdicts, summary, type VerdictRow, type Version } from './verdicts.ts';

interface Report {
  lines: string[];
  /** empty: the run found what stands there */
  differences: string[];
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function verdictTable(rows: readonly VerdictRow[]): string[] {
  const otherwise = (row: VerdictRow) =>
    Object.entries(row.otherwise)
      .map(([verdict, count]) => `${count} ${verdict}`)
      .join(', ') || '-';
  return table(
    ['version', 'truth', 'hosts', 'found so', 'called otherwise'],
    rows.map((row) => [row.version, row.truth, row.hosts, row.found, otherwise(row)]),
  );
}

function countTable(rows: readonly CountRow[]): string[] {
  return table(
    ['stage', 'units in', 'answered', 'failed', 'rejected', 'skipped'],
    rows.map((row) => [row.stage, row.units_in, row.answered, row.failed, row.rejected, row.skipped]),
  );
}

/** What is true for a run that asks this: without second opinions some boxes look like servers, and a v1 SYN alone shows even less. */
function truthFor(truth: Truth, versions: readonly Version[], opinions: boolean): Truth {
  if (opinions) return truth;
  const alone = !versions.includes('v0');
  const once = (host: TruthHost): TruthHost => {
    const v1 = host.v1_once ?? host.v1;
    return { ...host, rung: null, v1: alone ? (host.v1_alone ?? v1) : v1, v0: host.v0_once ?? host.v0 };
  };
  return { ...truth, hosts: truth.hosts.map(once) };
}

/** Compares a run with what its world holds. Pure; the address families and MPTCP versions are those that the run was told to probe. */
export function check(world: Truth, result: Result): Report {
  const { resolve, scan, confirm } = result.manifest.config;
  const versions = scan.versions.map((version): Version => (version === 1 ? 'v1' : 'v0'));
  const truth = truthFor(world, versions, confirm !== false);
  const inRun = (address: string) => resolve.families.includes(family(address));
  const hosts = truth.hosts.filter(({ address }) => inRun(address));
  const verdicts = compareVerdicts(hosts, result.hosts, versions);
  const counts = compareCounts(truth, result, inRun);
  const parts: [what: string, differences: string[]][] = [
    ['verdicts', verdicts.differences],
    ['flags, fallback, announcements, AS, place, names', compareDetails(hosts, result.hosts)],
    ['joins, hosts of several addresses', compareJoins(hosts, result)],
    ['domains', compareDomains(truth, result, inRun)],
    ['the many', compareCrowd(truth, result, versions)],
    ['counts', counts.differences],
  ];
  const capable = versions.map((version) => {
    const sum = summary(verdicts.rows, version);
    return `${version}: ${sum.found} capable hosts found, ${sum.missed} missed, ${sum.false} falsely called capable`;
  });
  const judged = parts.map(
    ([what, { length }]) => `${what}: ${length === 0 ? 'as the world has them' : `${length} differences`}`,
  );
  return {
    lines: [...verdictTable(verdicts.rows), '', ...countTable(counts.rows), '', ...capable, ...judged],
    differences: parts.flatMap(([, differences]) => differences),
  };
}
