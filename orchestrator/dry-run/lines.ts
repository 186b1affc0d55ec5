import { budgetLine } from '../config/budget.ts';
import type { Config } from '../config/config.ts';
import { confirmingOf, opinionsOf } from '../config/sections/confirm.ts';
import type { SourceEntry } from '../core/folder/entries.ts';
import { connectionsOf } from '../describe/connections.ts';
import { echoesOf, percentOf } from '../describe/probes.ts';
import { scanCanary } from '../stages/units/scan-canary.ts';
import { retriesOf } from '../tools/zmap/cost.ts';
import { pathText } from '../view/visible.ts';
import type { StagePlan } from './plan.ts';
import type { ScopeTable } from './scopes.ts';
import { bytesText, columns, countText, rangeText, timeText } from './text.ts';

/** What a dry run found. */
export interface Forecast {
  folder: string;
  config: Config;
  plans: StagePlan[];
  scopes: ScopeTable;
  /** Targets of the list by kind. */
  kinds: Record<string, number>;
  /** The lists that were read, and what they were found to be. */
  lists: SourceEntry[];
  /** Bytes that such a run usually takes, and that are free on the file system of its folder. */
  disk: { expected: number; free: number };
  /** The folder holds a run already. */
  resumed: boolean;
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

/** 1 address, 2 addresses. */
function counted(count: number, word: string): string {
  return `${countText(count)} ${word}${count === 1 ? '' : word.endsWith('s') || word.endsWith('x') ? 'es' : 's'}`;
}

/** " (url 3, blank 1)"; nothing without reasons. */
function reasonsText(reasons: Record<string, number>): string {
  const texts = Object.entries(reasons).map(([reason, count]) => `${reason} ${countText(count)}`);
  return texts.length === 0 ? '' : ` (${texts.join(', ')})`;
}

/** "  majestic.csv: the Majestic Million; names from Domain, ranks from GlobalRank; 1,000,001 lines". */
function listLine({ as, kind, columns, ranks, opened, lines }: SourceEntry): string {
  const packed = opened.length === 0 ? '' : ` (${opened.join(', ')})`;
  const many = ranks === 'many' ? ', each of several names' : '';
  const ranked = columns.rank === null ? 'no ranks' : `ranks from ${columns.rank}${many}`;
  return `  ${as}${packed}: ${kind}; names from column ${columns.name}, ${ranked}; ${counted(lines, 'line')}`;
}

function targetLines({ plans, kinds, config, lists }: Forecast): string[] {
  const list = plans.find(({ stage }) => stage === 'targets');
  const counts = list?.counts ?? null;
  if (counts === null) return ['Targets: unknown until the list is downloaded; a dry run downloads nothing'];
  const skipped =
    sum(counts.skipped) === 0 ? '' : `, ${countText(sum(counts.skipped))} skipped${reasonsText(counts.skipped)}`;
  const read = `${counted(counts.units_in, 'line')}, ${countText(sum(counts.rejected))} rejected${reasonsText(counts.rejected)}${skipped}`;
  const found = Object.entries(kinds).map(([kind, count]) => counted(count, kind));
  const doubled = 'list' in config.targets && config.targets.www ? ' (with www. in front too)' : '';
  return [`Targets: ${read}; ${found.join(', ') || 'no target'}${doubled}`, ...lists.map(listLine)];
}

function scopeLines({ scopes, plans }: Forecast): string[] {
  const scan = plans.find(({ stage }) => stage === 'scan');
  if (scan?.kind === 'unknown') return [`Addresses by scope: unknown until ${scan.until}`];
  const rows = [...scopes].sort(([, a], [, b]) => b[4] + b[6] - a[4] - a[6]);
  const named = (scope: string) => (scope === 'lab_ranges' ? 'lab_ranges (declared global)' : scope);
  return columns([
    ['Addresses by scope', 'IPv4', 'IPv6', ''],
    ...rows.map(([scope, count]) => [`  ${named(scope)}`, countText(count[4]), countText(count[6]), '']),
  ]);
}

/** Why a unit of the scan is not asked, in words. */
function whyNot({ scan, lab_ranges }: Config): Record<string, string> {
  return {
    duplicate: 'named more than once, or covered by a prefix of the list',
    blocked: `opted out: ${scan.blocklist ?? 'no blocklist'}`,
    special: 'special-purpose ranges within a prefix: not globally reachable',
    not_global: 'not globally reachable (private, reserved, documentation, ...)',
    outside_lab: `outside lab_ranges: ${lab_ranges.join(', ')}`,
    beyond_cap: `more than ${scan.addresses_per_name} addresses of one name and type (scan.addresses_per_name)`,
    opted_out: 'opted out while an earlier start was sending',
  };
}

function excludedLines({ plans, config }: Forecast): string[] {
  const scan = plans.find(({ stage }) => stage === 'scan');
  if (scan === undefined || scan.kind === 'unknown') return ['Excluded: unknown until the addresses are known'];
  const each = config.scan.ports.length * config.scan.versions.length;
  const { blocked = 0, ...others } = scan.skipped;
  const parted = { ...others, blocked: blocked - scan.special, special: scan.special };
  const rows = Object.entries(parted).filter(([, count]) => count > 0);
  if (rows.length === 0) return ['Excluded: nobody'];
  const why = whyNot(config);
  return columns([
    ['Excluded', 'Addresses', 'Probes', 'Why'],
    ...rows.map(([reason, count]) => [`  ${reason}`, countText(count / each), countText(count), why[reason] ?? '']),
  ]);
}

function note({ kind, until, cost, stage, unit, units }: StagePlan): string {
  if (kind === 'left_out') return 'disabled in the configuration';
  if (kind === 'done') return stage === 'targets' ? 'read; sends nothing' : 'done';
  if (kind === 'unknown') return `unknown until ${until}${cost === null ? '; sends nothing' : ''}`;
  if (units.most === 0) return 'nothing left to ask';
  return cost === null ? 'sends nothing' : `unit: ${unit}`;
}

function stageRow(plan: StagePlan): string[] {
  const { cost, parts, kind } = plan;
  const counts = kind === 'open' || kind === 'unknown';
  const range = (shown: (value: number) => string, of: 'packets' | 'bytes' | 'seconds') =>
    cost === null ? '-' : rangeText(cost[of], shown);
  return [
    plan.stage,
    parts === null ? '-' : `${parts.left} of ${parts.all}`,
    counts ? rangeText(plan.units, countText) : '-',
    plan.perAddress === null || kind === 'left_out' ? '-' : rangeText(plan.perAddress, countText),
    range(countText, 'packets'),
    range(bytesText, 'bytes'),
    range(timeText, 'seconds'),
    note(plan),
  ];
}

function stageLines({ plans }: Forecast): string[] {
  const head = ['Stage', 'Parts left', 'Units', 'Packets per address', 'Packets', 'Bytes', 'Duration', ''];
  return columns([head, ...plans.map(stageRow)]);
}

function diskLine({ disk: { expected, free } }: Forecast): string {
  const refused = free < expected ? ': not enough, a run is refused' : '';
  return `Disk: a run of these targets usually takes about ${bytesText(expected)}, and ${bytesText(free)} are free${refused}`;
}

function canaryLine(config: Config): string[] {
  const share = scanCanary.share(config);
  if (share === 0) return [];
  const end = 'the run ends there when that shows harm, or nobody answers (scan.canary)';
  return [`scan: ${Number((100 * share).toFixed(2))} % of the addresses of a large scan first and alone; ${end}`];
}

function hopsLine({ hops }: Config): string[] {
  if (hops === false) return [];
  return [
    `hops: SYNs and ICMP echo requests with TTL 1 to ${hops.ttl} to a sample of ${countText(hops.sample)} endpoints of each kind at most`,
  ];
}

function rescanLine({ rescan }: Config): string[] {
  if (rescan === false) return [];
  return [`rescan: everything that scan sends, once more, to ${percentOf(rescan)} of its addresses, drawn by the seed`];
}

function explained({ config }: Forecast): string[] {
  const { scan, handshake, path } = config;
  const confirm = confirmingOf(config);
  const retries = retriesOf(config);
  const again = retries === 0 ? '' : `, and up to ${retries} more of each while the address is silent (scan.retries)`;
  const versions = scan.versions.map((version) => `v${version}`).join(' and ');
  return [
    `scan: one SYN per port (${scan.ports.join(', ')}) and version (${versions})${again}; ${scan.rate === null ? 'scan.rate is not set' : `${formatRate(scan.rate)}, all probes together`}`,
    ...canaryLine(config),
    ...(confirm === null
      ? []
      : [
          `confirm: one SYN per candidate and control for each of ${opinionsOf(config).join(', ')}, ${confirm.apart} s apart at least`,
        ]),
    `handshake: per candidate and control ${connectionsOf({ scan, handshake })}`,
    ...(path.ping ? [`path: ${echoesOf(config)} per candidate and control`] : []),
    ...hopsLine(config),
    ...rescanLine(config),
    `${budgetLine(config)}.`,
    'Bytes count frames with their Ethernet headers. Durations include the wait for late answers, but not the starting of programs.',
  ];
}

function formatRate(rate: number): string {
  return `${countText(rate)} packets a second`;
}

/** A dry run as text: what a run would send, to whom, for how long; what it would leave out, and why. */
export function forecastLines(forecast: Forecast): string[] {
  const { folder, resumed } = forecast;
  const what = resumed ? 'what is left of' : 'what would be done in';
  return [
    `Dry run, ${what} ${pathText(folder)}: no packet is sent, no program that sends is started, nothing is written there.`,
    '',
    ...targetLines(forecast),
    '',
    ...scopeLines(forecast),
    '',
    ...excludedLines(forecast),
    '',
    ...stageLines(forecast),
    '',
    diskLine(forecast),
    '',
    ...explained(forecast),
  ];
}
