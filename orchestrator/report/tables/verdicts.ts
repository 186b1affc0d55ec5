import { VerdictName } from '../../schemas/lists.ts';
import { boundOf, boundsText } from '../bounds.ts';
import { perVersion, type Version, versions } from '../caveats/unasked.ts';
import { confirmedSentence } from '../confirmed.ts';
import type { Asked, ReportFacts } from '../facts.ts';
import { formatCount } from '../format.ts';
import type { Results } from '../results.ts';
import { countOf, type Row } from '../rows.ts';
import { nothingAsked } from './funnel.ts';
import type { Table } from './table.ts';

const { silent } = VerdictName.enum;

/** How many SYN/ACKs answered each version that was asked. */
export function synacks(results: Results): string {
  const asked = versions.filter((version) => results.unasked[version] === undefined);
  const of = (version: Version) => formatCount(results.total(`endpoints_synack_${version}`));
  return asked.map((version) => `${of(version)} to the ${version} probe`).join(' and ');
}

/**
 * Endpoints that answered a version with nothing at all: those asked that have no other verdict. null where the scan's counts do not
 * tell the versions apart; then only the sentence below the table has a number.
 */
function silentOf(asked: Asked | null, rows: Row[], version: 'v1' | 'v0'): number | null {
  const all = asked?.[version] ?? null;
  if (all === null) return null;
  const told = rows.filter(({ verdict }) => verdict !== silent).reduce((sum, row) => sum + countOf(row, version), 0);
  return Math.max(0, all - told);
}

/** The rows of the query, with silence as the scan counted it: hosts have no row for what answered nothing. */
function withSilence(asked: Asked | null, rows: Row[]): Row[] {
  return rows.map((row) =>
    row.verdict === silent
      ? { ...row, v1: silentOf(asked, rows, 'v1'), v1_share: null, v0: silentOf(asked, rows, 'v0'), v0_share: null }
      : row,
  );
}

function silenceSentence(asked: Asked | null): string {
  if (asked === null) return 'How many were silent is not known: the counts of the scan are missing.';
  return `${formatCount(asked.silent)} of ${formatCount(asked.probes)} probes were answered by nothing.`;
}

/** The bounds of both shares of capable ones. */
function boundsOf(results: Results): string {
  const texts = versions.flatMap((version) => {
    if (results.unasked[version] !== undefined) return [];
    const bound = boundOf(results, `endpoints_${version}`);
    return [{ version, text: bound === null ? null : boundsText(bound) }];
  });
  if (texts.every(({ text }) => text === null)) return '';
  return ` Bounds of capable: ${texts.map(({ version, text }) => `${version} ${text ?? '–'}`).join(', ')}.`;
}

/** What each version's probe showed. */
export function verdictTable({ asked }: ReportFacts, results: Results): Table {
  return {
    id: 'verdicts',
    title: 'Verdicts per MPTCP version',
    columns: [
      { key: 'verdict', title: 'Verdict', kind: 'text' },
      { key: 'v1', title: 'v1', kind: 'count' },
      { key: 'v1_share', title: 'of SYN/ACKs', kind: 'percent', bar: true },
      { key: 'v0', title: 'v0', kind: 'count' },
      { key: 'v0_share', title: 'of SYN/ACKs', kind: 'percent', bar: true },
    ],
    rows: nothingAsked(asked, results) ? [] : withSilence(asked, results.rows('verdicts')),
    denominator: `Unit: address and port. Denominators: SYN/ACKs, ${synacks(results)}. ${silenceSentence(asked)}${boundsOf(results)}`,
    meaning:
      'Each version has its own probe and its own denominator; refused and silent endpoints sent no SYN/ACK and have no share. ' +
      'silent is counted by the scan, not from rows: an endpoint probed for the version that has no other verdict. It is a lost packet, a firewall or an unused address. ' +
      'echoed_option is a reply that returns what was sent, as mirroring middleboxes do: the 2015 study counted these as support until its erratum. ' +
      'not_offered means that no option came back on this path, not that the host behind it lacks MPTCP.',
    empty: 'No address answered anything.',
  };
}

/** How well each capable verdict is founded. */
export function rungTable(results: Results): Table {
  return {
    id: 'rungs',
    title: 'How far the evidence goes',
    columns: [
      { key: 'rung', title: 'Rung reached', kind: 'text' },
      { key: 'v1', title: 'v1', kind: 'count' },
      { key: 'v0', title: 'v0', kind: 'count' },
    ],
    rows: results.rows('rungs'),
    denominator: `Unit: capable address and port: ${perVersion(results, 'endpoints')}. ${confirmedSentence(results, 'endpoints')}`,
    meaning:
      'fresh_key: a well-formed answer with a key of its own. second_opinion: other SYNs, seconds later, were answered as a mirror would not. connection: data flowed with MPTCP signalling. add_addr_hmac and join_hmac: the server proved that it holds the keys. ' +
      'A v0 server goes no further than second_opinion, because the kernels that open the connections here speak v1 only.',
    empty: 'No endpoint was found capable.',
  };
}
