import type { ReportFacts } from '../report/facts.ts';
import type { Described } from './describe-table.ts';
import { tableSchema } from './describe-table.ts';
import { type Licence, licenceEntry } from './licence.ts';

/** A file of the release, with what its check needs. */
export interface ReleaseFile {
  /** Relative to the release. */
  path: string;
  bytes: number;
  sha256: string;
}

/** A table with its two files. */
export interface ReleasedTable extends Described {
  rows: number;
  parquet: ReleaseFile;
  csv: ReleaseFile;
}

/** Where and when a run was made, and what names it for good. */
export interface Named {
  facts: ReportFacts;
  licence: Licence;
  authors: readonly string[];
}

/** A name as data packages and file names want it. */
export function slugOf(text: string): string {
  const slug = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return slug === '' ? 'run' : slug;
}

function resourceOf({ name, title, one, schema, rows, parquet, csv }: ReleasedTable) {
  const common = (file: ReleaseFile) => ({ path: file.path, bytes: file.bytes, hash: `sha256:${file.sha256}` });
  const description = `one row is one ${one}; ${rows} rows`;
  return [
    {
      name,
      title,
      description,
      ...common(csv),
      profile: 'tabular-data-resource',
      format: 'csv',
      mediatype: 'text/csv',
      encoding: 'utf-8',
      ...(csv.path.endsWith('.gz') ? { compression: 'gz' } : {}),
      schema: tableSchema(schema),
    },
    {
      name: `${name}-parquet`,
      title,
      description,
      ...common(parquet),
      format: 'parquet',
      mediatype: 'application/vnd.apache.parquet',
    },
  ];
}

/** The file datapackage.json (Data Package 1, Frictionless Data). Nothing in it comes from a clock: its time is that of the packets. */
export function dataPackageText({ facts, licence, authors }: Named, tables: readonly ReleasedTable[]): string {
  const { run, measured, result, software } = facts;
  const data = {
    profile: 'data-package',
    name: `mptcp-census-${slugOf(run)}`,
    id: `sha256:${result}`,
    title: `Multipath TCP census ${run}`,
    description: `Which servers speak Multipath TCP, by ${software}. README.md says what the numbers mean.`,
    ...(measured === null ? {} : { created: measured.to }),
    licenses: [licenceEntry(licence)],
    contributors: authors.map((title) => ({ title, role: 'author' })),
    keywords: ['Multipath TCP', 'MPTCP', 'RFC 8684', 'Internet measurement', 'zmap'],
    resources: tables.flatMap(resourceOf),
  };
  return `${JSON.stringify(data, null, 2)}\n`;
}

/** A text as a YAML scalar: JSON strings are. */
const yaml = (text: string) => JSON.stringify(text);

/** CITATION.cff of the data set. */
export function citationText({ facts, licence, authors }: Named): string {
  const { run, measured, result, software } = facts;
  const lines = [
    'cff-version: 1.2.0',
    'message: If you publish numbers from this data set, cite it with its result_sha256.',
    'type: dataset',
    `title: ${yaml(`Multipath TCP census ${run}`)}`,
    'authors:',
    ...authors.map((name) => `  - name: ${yaml(name)}`),
    ...(measured === null ? [] : [`abstract: ${yaml(`Measured from ${measured.from} to ${measured.to}.`)}`]),
    `license: ${licence}`,
    'identifiers:',
    '  - type: other',
    `    value: ${yaml(`sha256:${result}`)}`,
    '    description: result_sha256 of the run, over hosts and domains',
    'references:',
    '  - type: software',
    `    title: ${yaml(software)}`,
    '    authors:',
    '      - name: The mptcp-census authors',
    '  - type: article',
    '    title: An Early Look at Multipath TCP Deployment in the Wild',
    '    year: 2015',
    '    authors:',
    ...['Mehani, Olivier', 'Holz, Ralph', 'Ferlin, Simone', 'Boreli, Roksana'].flatMap((name) => {
      const [family, given] = name.split(', ');
      return [`      - family-names: ${family}`, `        given-names: ${given}`];
    }),
  ];
  return `${lines.join('\n')}\n`;
}
