import { leastClusters, leastHolding } from '../../uncertainty/clusters.ts';
import { boundsText, clusterText } from '../bounds.ts';
import type { ReportFacts } from '../facts.ts';
import { formatCount, plural } from '../format.ts';
import type { Results } from '../results.ts';
import type { Row } from '../rows.ts';
import type { Bound } from '../uncertain.ts';
import type { Table } from './table.ts';

const names: Readonly<Record<Bound['key'], string>> = {
  endpoints_v1: 'endpoints capable in v1',
  endpoints_v0: 'endpoints capable in v0',
  addresses: 'capable addresses',
  domains: 'domains with a capable address',
};

function rowOf(bound: Bound): Row {
  const { key, capable, answered, unknown, inconsistent, lost, most, ases } = bound;
  return {
    count: names[key],
    capable,
    answered,
    unknown,
    inconsistent,
    lost,
    most,
    bounds: boundsText(bound),
    ases: clusterText(ases),
  };
}

function unclaimed(bounds: readonly Bound[]): string {
  const whys = bounds.flatMap(({ key, ases }) => ('why' in ases ? [`${names[key]}: ${ases.why}`] : []));
  return whys.length === 0 ? '' : ` No interval over ASes for ${whys.join('; ')}.`;
}

function opinionsSentence({ opinions }: ReportFacts['lost']): string {
  if (opinions === null) return '';
  return ` Of ${plural(opinions.asked, 'second opinion', 'second opinions')} ${formatCount(opinions.unanswered)} got no answer; an answer could have taken an endpoint out of the count, but not put one into it.`;
}

/** How sure each count of capable ones is. */
export function boundsTable({ lost }: ReportFacts, results: Results): Table {
  const bounds = results.uncertain?.bounds ?? [];
  const shown = bounds.filter(({ answered }) => answered > 0);
  return {
    id: 'bounds',
    title: 'Bounds of the counts, and what other networks might give',
    columns: [
      { key: 'count', title: 'Count', kind: 'text' },
      { key: 'capable', title: 'capable', kind: 'count' },
      { key: 'answered', title: 'of', kind: 'count' },
      { key: 'unknown', title: 'unknown', kind: 'count' },
      { key: 'inconsistent', title: 'inconsistent', kind: 'count' },
      { key: 'lost', title: 'lost', kind: 'count' },
      { key: 'most', title: 'at most', kind: 'count' },
      { key: 'bounds', title: 'Bounds', kind: 'text' },
      { key: 'ases', title: '95 % over ASes', kind: 'text' },
    ],
    rows: shown.map(rowOf),
    denominator: `Shares are of what answered with a SYN/ACK, of domains: of those that answered.${opinionsSentence(lost)}${unclaimed(shown)}`,
    meaning:
      'Bounds: a census is not a sample. The share of this list, seen from here at this time, is between the capable ones alone and the capable ones plus everything undecided: unknown, inconsistent, and replies or probes that this side lost. Nothing is assumed about them, and this is not a 95 % interval. It does not include what was silent. ' +
      `Over ASes: what other networks of similar size and behaviour might give, from a bootstrap that resamples whole ASes, by the run's seed; not given below ${leastClusters} ASes or ${leastHolding} with a capable one. It says nothing about networks that no such list would have, or about another day. ` +
      'Where the run itself samples by its seed (controls, path samples), the intervals are Wilson’s.',
    empty: 'No address answered anything.',
  };
}

const level = 0.05;

function finding(p: number): string {
  if (p <= level) return 'Better ranked sites are capable more often than they would be if operators ignored rank.';
  if (p > 1 - level) return 'Worse ranked sites are capable more often than they would be if operators ignored rank.';
  return 'Any greater attention of better ranked sites to MPTCP cannot be told apart from chance.';
}

/** Section 5.1 of the paper: "more popular sites are paying more attention to MPTCP". */
export function popularityTable(results: Results): Table {
  const tested = results.uncertain?.popularity ?? null;
  const place = (share: number) => 100 * share;
  return {
    id: 'popularity',
    title: 'Do more popular sites pay more attention?',
    columns: [
      { key: 'operators', title: 'ASes with capable domains', kind: 'count' },
      { key: 'seen', title: 'mean place in the list', kind: 'percent' },
      { key: 'expected', title: 'by chance', kind: 'percent' },
      { key: 'p', title: 'p', kind: 'text' },
    ],
    rows:
      tested === null
        ? []
        : [
            {
              operators: tested.operators,
              seen: place(tested.seen),
              expected: place(tested.expected),
              p: tested.p.toFixed(4),
            },
          ],
    denominator: tested === null ? '' : `${finding(tested.p)} One-sided, at a level of 5\u00a0%.`,
    meaning:
      'The position of a ranked domain that answered: 0 % is the top of the list, 100 % its end. The capable domains of an AS are one number, their mean position, so that an operator of a thousand sites counts once. ' +
      'By chance: the share of capable domains is permuted between ASes of similar size, 1,999 times by the seed of the run. p is the share of permutations in which the capable ones rank as high or higher. ' +
      'Ranks are the list’s. That popular sites are hosted by operators that do more of everything is not attention by the sites.',
    empty:
      results.total('domains_capable') === 0
        ? 'Not tested: no ranked domain has a capable address.'
        : 'Not tested: the domains have no ranks, or no AS is known for any with a capable address.',
  };
}
