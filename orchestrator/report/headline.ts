import { boundsSentence } from './bounds.ts';
import { perVersion, type Version } from './caveats/unasked.ts';
import { confirmedSentence } from './confirmed.ts';
import type { ReportFacts } from './facts.ts';
import { formatCount, formatShare } from './format.ts';
import type { Results } from './results.ts';

/** One number of the first screen: always with what it is a share of. */
export interface Headline {
  name: string;
  value: string;
  of: string;
  /** Its bounds, and the interval over other networks; null unless it counts capable ones. */
  bounds: string | null;
  /** How many of these are confirmed; null where nothing can be. */
  confirmed: string | null;
  /** A number that warns of a wrong reading of the others. */
  warns: boolean;
}

function shareOf(results: Results, count: string, base: string, unit: string): Pick<Headline, 'value' | 'of'> {
  const n = results.total(count);
  const all = results.total(base);
  return { value: formatCount(n), of: `of ${formatCount(all)} ${unit} (${formatShare(n, all)})` };
}

/** Capable endpoints of one version. */
function versionHeadline(results: Results, version: Version, confirmed: string): Headline {
  const name = `capable of MPTCP ${version}`;
  const unasked = results.unasked[version];
  if (unasked !== undefined) return { name, value: '–', of: unasked, bounds: null, confirmed: null, warns: false };
  const unit = `endpoints with a SYN/ACK to the ${version} probe`;
  const share = shareOf(results, `endpoints_capable_${version}`, `endpoints_synack_${version}`, unit);
  return { name, ...share, bounds: boundsSentence(results, `endpoints_${version}`), confirmed, warns: false };
}

const unconfirmedV0 = 'Confirmation is not applicable to v0: the kernel that connects speaks v1 only.';
const noNames = 'replies alone name no domains';

/** The four numbers that a reader takes away. */
export function headlines(results: Results): Headline[] {
  const domains = shareOf(results, 'domains_capable', 'domains_answered', 'domains that answered');
  const listed = results.total('domains_listed') > 0;
  const echoes = results.total('endpoints_echoed_v1') + results.total('endpoints_echoed_v0');
  const answers = results.total('endpoints_synack_v1') + results.total('endpoints_synack_v0');
  return [
    versionHeadline(results, 'v1', confirmedSentence(results, 'endpoints')),
    versionHeadline(results, 'v0', unconfirmedV0),
    listed
      ? {
          name: 'domains with a capable address',
          ...domains,
          bounds: boundsSentence(results, 'domains'),
          confirmed: confirmedSentence(results, 'domains'),
          warns: false,
        }
      : {
          name: 'domains',
          value: '–',
          of: results.alone === true ? noNames : 'the targets were addresses or prefixes, not names',
          bounds: null,
          confirmed: null,
          warns: false,
        },
    {
      name: 'echoed options, not counted',
      value: formatCount(echoes),
      of: `verdicts of ${formatCount(answers)} SYN/ACKs (${formatShare(echoes, answers)}): mirrors of what was sent`,
      bounds: null,
      confirmed: null,
      warns: true,
    },
  ];
}

/** The whole result in a few sentences. */
export function sentence(results: Results): string {
  const total = (column: string) => formatCount(results.total(column));
  const ratio = (n: string, base: string) => formatShare(results.total(n), results.total(base));
  const first =
    `Of the ${total('addresses_synack')} addresses that answered with a SYN/ACK, ${total('addresses_capable')} (${ratio('addresses_capable', 'addresses_synack')}) ${results.total('addresses_capable') === 1 ? 'is' : 'are'} MPTCP-capable: ` +
    `${perVersion(results, 'addresses')}. ${confirmedSentence(results, 'addresses')}`;
  if (results.total('domains_listed') === 0) return first;
  return (
    `${first} Of the ${total('domains_answered')} domains that answered, out of ${total('domains_listed')} in the list, ` +
    `${total('domains_capable')} (${ratio('domains_capable', 'domains_answered')}) have a capable address.`
  );
}

export const labNotice =
  'A run inside a test Internet. Its numbers show that the chain works; they say nothing about the Internet.';

/** "Measured 2026-11-22T10:00:00Z to 2026-11-22T10:02:10Z" */
export function measuredText(facts: ReportFacts): string {
  const { measured, replies } = facts;
  if (measured === null) return replies === null ? 'No packet was sent' : 'No reply';
  return `${replies === null ? 'Measured' : 'Replies that came'} ${measured.from} to ${measured.to}`;
}
