import { plural } from '../../report/format.ts';
import { escapeHtml } from '../../report/page/html.ts';
import type { Site } from '../site.ts';
import type { Page } from './frame.ts';
import { pairsHtml, tableHtml } from './parts.ts';

function disclosure({ k, embargo }: Site): string {
  if (k === 1) return '<p>These pages were made with --k 1: nothing is withheld. They are for demonstrations.</p>';
  const until =
    embargo === null ? '' : `<p>Runs whose scan ended after ${escapeHtml(embargo)} are not published yet.</p>`;
  return `<p>No address, no prefix and no name of a host is published. A list of them would be a list of targets. Numbers are counts of endpoints in a fixed set of tables: all, countries, networks in a country; all, ports, address families at a port; the steps from targets to proof, and the verdicts in them.</p>
<ul><li>Behind each number stand ${k} different addresses at least, or nobody.</li><li>So it is with what is left when numbers are taken from each other: a country without its networks, all without the countries, answers without the capable ones.</li><li>Where that would fail, more is withheld: first how many are confirmed, then how many are capable, then the whole group, which counts among the others of the group above it. Of several that would do, the smallest is withheld.</li><li>That a group has nobody capable is withheld too: otherwise "withheld" would mean "one at least".</li><li>Endpoints of one address at several ports are one address.</li><li>A network in several countries is the sum of those parts that are told: with \u2265 where a part is withheld.</li></ul>
<p>It is not claimed that a change from run to run stands for ${k} addresses: two runs are two populations, and who knows all but one host of a group learns of that one by any exact count. Numbers of v1 and of v0 are of different populations too: a difference between them counts nobody.</p>${until}`;
}

const verdicts: [string, string][] = [
  ['capable', 'Every answer carries a whole MP_CAPABLE with a key that is fresh: not ours, not constant, not zero.'],
  [
    'confirmed',
    'Capable, and a real connection was made with MPTCP, or an HMAC proved that the server holds both keys.',
  ],
  [
    'echoed_option',
    'A box returns what it receives. It looks like support and is none; the study of 2015 had to be corrected for it.',
  ],
  ['not_offered', 'A SYN/ACK without the option: the server did not send it, or the path removed it.'],
  ['inconsistent', 'One answer is that of an MPTCP server, another is not: backends differ. Undecided.'],
  ['malformed', 'The option breaks the format.'],
  ['unknown', 'What arrived fits no rule. Undecided.'],
];

function rulesTable({ runs }: Site): string {
  return tableHtml({
    id: 'rules',
    caption: 'Rules and vantage point of each run, newest first',
    columns: [
      { key: 'run', title: 'Run', kind: 'text' },
      { key: 'rules', title: 'Rule set', kind: 'text' },
      { key: 'vantage', title: 'Vantage point', kind: 'text' },
      { key: 'software', title: 'Software', kind: 'text' },
    ],
    rows: [...runs].reverse().map(({ run }) => ({
      run: run.name,
      rules: `${run.ruleSet} ${run.rulesVersion ?? ''}`,
      vantage: run.vantage,
      software: run.software,
    })),
  });
}

/** What is counted, what it means, what is withheld. */
export function methodPage(site: Site): Page {
  return {
    path: 'method.html',
    title: 'Method',
    description: 'What is counted, what the verdicts mean, and what is withheld.',
    body: `<h1>Method</h1>
<section><h2>What is counted</h2><p>An endpoint is an address and a TCP port. Each is sent a SYN that offers MPTCP v1 (RFC 8684), and one that offers v0 (RFC 6824). The share of a version is taken of the endpoints that answered its SYN with a SYN/ACK: a closed port says nothing of MPTCP. A host behind two addresses counts twice; a thousand sites behind one address count once.</p><p>The bounds of a share: at least those that are capable, at most those and all whose answers are undecided. They say nothing of endpoints whose answers were lost twice.</p></section>
<section><h2>Verdicts</h2>${pairsHtml(verdicts)}</section>
<section id="disclosure"><h2>What is withheld</h2>${disclosure(site)}</section>
<section><h2>Places</h2><p>The country is where a geolocation database places the address, the network is the AS that originates the longest matching prefix in the routing table of the run. Both can be wrong of a single address.</p></section>
<section><h2>Runs</h2><p>${plural(site.runs.length, 'run is', 'runs are')} published. Their numbers stand as each run gave them; where rules, ports, list or kernel changed, the charts have a mark.</p>${rulesTable(site)}</section>`,
  };
}
