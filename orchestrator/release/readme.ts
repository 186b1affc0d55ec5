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
    return `No count of fewer than ${k} addresses is in this release, and none follows from the difference of two of its counts: what is too
few is in a row that puts several together (\`rest_of_…\`, \`other\`), and null where it may not be told at all. A domain is told by its rank in
bins alone, of ${k} capable addresses at least.`;
  }
  if (level === 'prefix') {
    return `Counts are whole: a block may hold one address. There is no address, no name and no time in this release, and no place smaller than a
country. Who knows which addresses of a block answer at all can tell more of them from it than from a release of level aggregate.`;
  }
  return `This release names addresses and domains of others. They did not ask to be measured: see to it that what you make of it does them no
harm, and that who opted out since is not in what you publish next (\`mptcp-census purge\`, then release again).`;
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

Each table is there as Parquet, with all types, and as CSV (gzip; UTF-8, an empty field is null, an empty text is \`""\`; lists and structures are
JSON; a text that a spreadsheet would run has an apostrophe before it, and control characters are replaced). \`datapackage.json\` describes
the CSV (Data Package 1), \`schema/NAME.schema.json\` one row of each table (JSON Schema), \`schema/duckdb.sql\` makes a database of the Parquet
files. \`run.json\` says how the run was made, stage by stage, with its losses. \`notebook.ipynb\` computes Table 1 and Figure 5 of the 2015
study again from these files (pandas). \`sha256sum -c SHA256SUMS\` checks everything.

## What the numbers mean, and what they cannot mean

- An endpoint is an address and port. **capable**: in at least one reply to our SYN, and in none against it, the server's own key stood
  where MPTCP wants it; middleboxes that return the option are \`echoed_option\`. **confirmed**: a connection in MPTCP was made on top.
- Shares of a version are of the endpoints with a SYN/ACK to that version's probe. What did not answer is not in them.
- A country is where a geolocation database places the address: for anycast and for large hosters it can be wrong by a continent.
- An AS announces an address; who runs the server is another question.
- A census is one look from one place. Another vantage point can see other answers.

${withheld(level, k)}

## Licence and citation

${licence}, see \`LICENSE\`; cite as \`CITATION.cff\` says, with the result_sha256.
`;
}
