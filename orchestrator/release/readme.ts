import type { ReportFacts } from '../report/facts.ts';
import { formatCount } from '../report/format.ts';
import type { Named, ReleasedTable } from './data-package.ts';
import { type Level, meanings } from './level.ts';

function lines(facts: ReportFacts): string {
  const { measured, software, result, vantage } = facts;
  return [
    `- measured: ${measured === null ? 'nothing was sent' : `${measured.from} to ${measured.to} (UTC)`}`,
    `- software: ${software}`,
    `- result_sha256: ${result}`,
    ...(vantage === null ? [] : [`- ${vantage}`]),
  ].join('\n');
}

function notices({ lab, notices: told }: ReportFacts): string {
  const said = [
    ...(lab ? ['**This run was made inside a test Internet: no number is of the real one.**'] : []),
    ...told.map(({ stage, text, lost }) => `${lost ? 'Lost' : 'Note'}: ${stage}: ${text}.`),
  ];
  return said.length === 0 ? '' : `\n${said.map((text) => `- ${text}`).join('\n')}\n`;
}

function tableLines(tables: readonly ReleasedTable[]): string {
  const rows = tables.map(
    ({ name, title, one, rows: count }) => `| \`data/${name}\` | ${title} | ${one} | ${formatCount(count)} |`,
  );
  return ['| files | what | one row is one | rows |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function withheld(level: Level, k: number): string {
  if (level === 'aggregate') {
    return `This release has no count of fewer than ${k} addresses, and none follows from the difference of two of its counts: what is too
small is in a row that combines several (\`rest_of_…\`, \`other\`), or null where it is withheld. Domains appear only in bins of ranks,
each with at least ${k} capable addresses.`;
  }
  if (level === 'prefix') {
    return `Counts are unsuppressed: a block may contain a single address. This release has no addresses, names or times, and no location finer
than a country. Those who know which addresses of a block answer at all learn more about them than from a release of level aggregate.`;
  }
  return `This release names addresses and domains of others, who did not ask to be measured: make sure that your use of it does them no harm,
and that those who have opted out since are not in what you publish next (\`mptcp-census purge\`, then release again).`;
}

/** README.md of a release. */
export function readmeText(
  { facts, licence }: Named,
  level: Level,
  k: number,
  tables: readonly ReleasedTable[],
): string {
  return `# Multipath TCP census ${facts.run}

Which servers speak Multipath TCP (MPTCP, RFC 8684 and RFC 6824), and what shows it.
Level of this release: **${level}** (${meanings[level]}).

${lines(facts)}
${notices(facts)}
## Files

${tableLines(tables)}

Each table is available as Parquet, with all types, and as CSV (gzip; UTF-8, an empty field is null, an empty text is \`""\`; lists and structures are
JSON; text that a spreadsheet would execute is prefixed with an apostrophe, and control characters are replaced). \`datapackage.json\` describes
the CSV (Data Package 1), \`schema/NAME.schema.json\` one row of each table (JSON Schema), \`schema/duckdb.sql\` makes a database of the Parquet
files. \`run.json\` says how the run was made, stage by stage, with its losses. \`notebook.ipynb\` recomputes Table 1 and Figure 5 of the 2015
study from these files (pandas). \`sha256sum -c SHA256SUMS\` checks everything.

## What the numbers mean, and what they do not mean

- An endpoint is an address and port. **capable**: at least one reply to our SYN has the server's own key where MPTCP requires it, and no reply
  contradicts that; middleboxes that return the option are \`echoed_option\`. **confirmed**: an MPTCP connection was made as well.
- The denominator of a version's shares is the endpoints with a SYN/ACK to that version's probe, without those that did not answer.
- A country is where a geolocation database places the address: for anycast and large hosting providers it can be wrong by a continent.
- An AS announces an address; who runs the server is another question.
- A census is one snapshot from one place. Another vantage point may see other answers.

${withheld(level, k)}

## Licence and citation

${licence}, see \`LICENSE\`; cite as \`CITATION.cff\` says, with the result_sha256.
`;
}
