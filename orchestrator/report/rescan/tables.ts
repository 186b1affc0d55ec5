import { VerdictName } from '../../schemas/lists.ts';
import { intervalText } from '../../uncertainty/interval.ts';
import type { ReportFacts } from '../facts.ts';
import { formatCount, plural } from '../format.ts';
import type { Results } from '../results.ts';
import type { Row } from '../rows.ts';
import type { Table } from '../tables/table.ts';
import { type Agreement, type Asked, agreementOf, askedIn } from './agreement.ts';

const { silent } = VerdictName.enum;
const anyAnswer = 'any answer';

/** Silence as the counts of the run have it: who answered neither time has no row. */
function silentBoth(agreement: Agreement, { rescan }: ReportFacts): number {
  return Math.max(0, (rescan?.addresses ?? 0) - agreement.answered);
}

function rowOf(asked: Asked, verdict: string, [first, second, same]: readonly [number, number, number]): Row {
  return {
    version: `v${asked.version}`,
    port: asked.port,
    verdict,
    first,
    second,
    same,
    agreement: first === 0 ? null : (100 * same) / first,
    interval: first === 0 ? null : intervalText(same, first),
  };
}

function rowsOf(asked: Asked, agreement: Agreement, facts: ReportFacts): Row[] {
  const { answered, equal } = agreement;
  const neither = silentBoth(agreement, facts);
  const verdicts = VerdictName.options.flatMap((verdict) => {
    const more = verdict === silent ? neither : 0;
    const [first, second] = [agreement.first(verdict) + more, agreement.second(verdict) + more];
    if (first + second === 0) return [];
    return [rowOf(asked, verdict, [first, second, agreement.both(verdict, verdict) + more])];
  });
  // Of those that answered once at least there is but one number: they are the same in both.
  return [rowOf(asked, anyAnswer, [answered, answered, equal]), ...verdicts];
}

function timesSentence({ stages }: ReportFacts): string {
  const measured = (name: string) => stages.find(({ stage }) => stage === name)?.measured ?? null;
  const [first, second] = [measured('scan'), measured('rescan')];
  if (first === null || second === null) return '';
  const hours = Math.max(0, Date.parse(second.from) - Date.parse(first.to)) / 3_600_000;
  return ` The first scan ended at ${first.to}, the second one began at ${second.from}, ${hours.toFixed(1)} hours later.`;
}

function lossSentence({ version, port }: Asked, agreement: Agreement, facts: ReportFacts): string {
  const { answered, wentSilent, wasSilent } = agreement;
  const both = answered - wentSilent - wasSilent;
  return ` v${version}, port ${port}: ${formatCount(both)} answered both times, ${formatCount(wentSilent)} the first scan alone, ${formatCount(wasSilent)} the second alone, ${formatCount(silentBoth(agreement, facts))} neither.`;
}

function lostSentence({ lost, rescan }: ReportFacts): string {
  const second = rescan?.lost ?? 0;
  if (lost.replies + second === 0) return '';
  return ` This side lost ${plural(lost.replies, 'reply or probe', 'replies and probes')} of the first scan, of all that it asked, and ${formatCount(second)} of the second.`;
}

function emptyText(results: Results, { rescan }: ReportFacts): string {
  if (results.alone === true) return 'Not measured: replies to SYNs alone come from one scan.';
  if (rescan === null)
    return 'Not measured: no rescan was enabled (rescan: 0.01 enables one), so how far two scans agree is not known.';
  return `Of ${plural(rescan.addresses, 'address', 'addresses')} that were scanned twice none answered at any time.`;
}

/** How far two scans of the same addresses agree, per verdict: the noise of every comparison. */
export function agreementTable(facts: ReportFacts, results: Results): Table {
  const found = results.rows('rescan');
  const parts = askedIn(found).map((asked) => ({ asked, agreement: agreementOf(found, asked.version, asked.port) }));
  const sentences = parts.map(({ asked, agreement }) => lossSentence(asked, agreement, facts));
  return {
    id: 'rescan',
    title: 'How far two scans agree',
    columns: [
      { key: 'version', title: 'Version', kind: 'text' },
      { key: 'port', title: 'Port', kind: 'id' },
      { key: 'verdict', title: 'Verdict', kind: 'text' },
      { key: 'first', title: 'First scan', kind: 'count' },
      { key: 'second', title: 'Second scan', kind: 'count' },
      { key: 'same', title: 'in both', kind: 'count' },
      { key: 'agreement', title: 'of the first', kind: 'percent', bar: true },
      { key: 'interval', title: '95 %', kind: 'text' },
    ],
    rows: parts.flatMap(({ asked, agreement }) => rowsOf(asked, agreement, facts)),
    denominator: `${plural(facts.rescan?.addresses ?? 0, 'address', 'addresses')} drawn by the seed and scanned twice.${timesSentence(facts)}${sentences.join('')}${lostSentence(facts)}`,
    meaning:
      'Both scans sent the same probes to the same addresses, and each was judged by its own replies alone, without second opinions and connections: a verdict here may differ from that of the host. ' +
      'any answer: of those that answered at least once, the share with the same verdict in both. The interval is Wilson’s, for all addresses scanned. ' +
      'A smaller difference between two runs cannot be told apart from chance. What differs here is lost packets, rate limits, several backends behind an address, and hosts that did change in between: it is not an error rate. It does not include what is wrong both times, or changes only between days.',
    empty: emptyText(results, facts),
  };
}

/** The verdicts of both scans against each other: a square. */
export function pairsTable(facts: ReportFacts, results: Results): Table {
  const found = results.rows('rescan');
  const rows = askedIn(found).flatMap((asked) => {
    const agreement = agreementOf(found, asked.version, asked.port);
    const neither = silentBoth(agreement, facts);
    return VerdictName.options.map((first): Row => {
      const cells = VerdictName.options.map((second) => {
        const more = first === silent && second === silent ? neither : 0;
        return [second, agreement.both(first, second) + more] as const;
      });
      return { version: `v${asked.version}`, port: asked.port, first, ...Object.fromEntries(cells) };
    });
  });
  return {
    id: 'rescan_pairs',
    title: 'First scan by second scan',
    columns: [
      { key: 'version', title: 'Version', kind: 'text' },
      { key: 'port', title: 'Port', kind: 'id' },
      { key: 'first', title: 'First scan', kind: 'text' },
      ...VerdictName.options.map((key) => ({ key, title: key, kind: 'count' as const })),
    ],
    rows,
    denominator: `Unit: address and port, of ${plural(facts.rescan?.addresses ?? 0, 'address', 'addresses')} scanned twice, for each version.`,
    meaning: 'A row is a verdict of the first scan, a column one of the second. Agreement is on the diagonal.',
    empty: emptyText(results, facts),
  };
}

/** The same in numbers, over all ports; none of a version that was not asked. */
export function rescanSummary({ rescan }: ReportFacts, results: Results): Row[] {
  const found = results.rows('rescan');
  const of = (version: 1 | 0): Row[] => {
    const agreement = agreementOf(found, version);
    const unknown = rescan === null || results.unasked[`v${version}`] !== undefined;
    const known = (value: number) => (unknown ? null : value);
    const { capable } = VerdictName.enum;
    return [
      { key: `rescan_answered_v${version}`, value: known(agreement.answered) },
      { key: `rescan_equal_v${version}`, value: known(agreement.equal) },
      { key: `rescan_capable_v${version}`, value: known(agreement.first(capable)) },
      { key: `rescan_capable_again_v${version}`, value: known(agreement.both(capable, capable)) },
    ];
  };
  return [{ key: 'rescan_addresses', value: rescan?.addresses ?? null }, ...of(1), ...of(0)];
}
