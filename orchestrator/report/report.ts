import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clients } from '../clients/gather.ts';
import { makeFolder } from '../core/folder/files.ts';
import { writeFile } from '../core/writing.ts';
import { pathText, visible } from '../view/visible.ts';
import { summaryOf } from './bounds.ts';
import { withoutUnasked } from './caveats/unasked.ts';
import { headlineWithVantage, withVantage } from './caveats/vantage.ts';
import type { ReportFacts, ReportSummary } from './facts.ts';
import { cdfFigure } from './figures/cdf.ts';
import { hostPlacesFigure } from './figures/host-places.ts';
import { mapFigure } from './figures/map.ts';
import { pathFigure } from './figures/paths.ts';
import type { Figure } from './figures/svg.ts';
import { topGroupsFigure } from './figures/top-groups.ts';
import { headlines, labNotice, sentence } from './headline.ts';
import type { Organisations } from './organisations/file.ts';
import { renderPage } from './page/page.ts';
import { query } from './query.ts';
import { agreementTable, pairsTable, rescanSummary } from './rescan/tables.ts';
import type { Results } from './results.ts';
import { numberOf, type Row } from './rows.ts';
import { systemSignTable } from './tables/boxes.ts';
import { controlTable } from './tables/controls.ts';
import { listTable, mixedTable, topDomainTable } from './tables/domains.ts';
import { funnelTable } from './tables/funnel.ts';
import { announcementTable, connectionTable, pathTable, systemGuessTable } from './tables/hosts.ts';
import { announcerTable, hostSizeTable, joinTable, multihomedTable } from './tables/multihomed.ts';
import { notCountedTable } from './tables/not-counted.ts';
import {
  domainCountryTable,
  domainOrganisationTable,
  domainSystemTable,
  organisationTable,
} from './tables/operators.ts';
import { countryTable, systemTable } from './tables/places.ts';
import { denseTable, familyTable, portTable } from './tables/ports.ts';
import { stageTable } from './tables/stages.ts';
import { type Table, toCsv } from './tables/table.ts';
import { boundsTable, popularityTable } from './tables/uncertain.ts';
import { rungTable, verdictTable } from './tables/verdicts.ts';
import { causesTable, changedTable, nearerTable, waysTable } from './tables/ways.ts';
import { toText } from './text.ts';

function allTables(facts: ReportFacts, results: Results): Table[] {
  return [
    stageTable(facts),
    funnelTable(facts, results),
    verdictTable(facts, results),
    boundsTable(facts, results),
    notCountedTable(results),
    rungTable(results),
    controlTable(facts, results),
    agreementTable(facts, results),
    pairsTable(facts, results),
    familyTable(results),
    portTable(results),
    denseTable(results),
    countryTable(results),
    systemTable(results),
    organisationTable(results),
    topDomainTable(results),
    domainCountryTable(results),
    domainSystemTable(results),
    domainOrganisationTable(results),
    mixedTable(results),
    listTable(results),
    popularityTable(results),
    connectionTable(facts, results),
    announcementTable(facts, results),
    announcerTable(facts, results),
    multihomedTable(facts, results),
    joinTable(facts, results),
    hostSizeTable(facts, results),
    pathTable(facts, results),
    systemGuessTable(facts, results),
    systemSignTable(results),
    nearerTable(results),
    waysTable(results),
    changedTable(results),
    causesTable(results),
  ];
}

function byId<T extends { id: string }>(exhibits: T[]): (id: string) => T {
  return (id) => {
    const found = exhibits.find((exhibit) => exhibit.id === id);
    if (found === undefined) throw new Error(`the report has no ${id}`);
    return found;
  };
}

function terminalText(facts: ReportFacts, results: Results, tables: Table[]): string {
  const key = headlines(results)
    .map((headline) => headlineWithVantage(headline, facts))
    .map(({ name, value, of, bounds, confirmed }) => {
      const more = [bounds, confirmed].flatMap((text) => (text === null ? [] : [`${' '.repeat(13)}${text}`]));
      return [`  ${value.padStart(9)}  ${name}, ${of}`, ...more].join('\n');
    });
  const shown = tables.map(toText);
  return visible(
    [
      `${pathText(facts.run)}: ${sentence(results)}`,
      ...(facts.lab ? [labNotice] : []),
      ...facts.notices.map(({ stage, text, lost }) => `${lost ? 'LOST' : 'NOTE'}  ${stage}: ${text}`),
      '',
      ...key,
      '',
      ...shown,
    ].join('\n'),
  );
}

/** The test of section 5.1 in numbers; empty where nothing was tested. */
function popularityOf({ uncertain }: Results): Row[] {
  const tested = uncertain?.popularity ?? null;
  const text = (value: number | undefined) => value?.toFixed(4) ?? null;
  return [
    { key: 'popularity_ases', value: tested?.operators ?? null },
    { key: 'popularity_mean_place', value: text(tested?.seen) },
    { key: 'popularity_mean_place_by_chance', value: text(tested?.expected) },
    { key: 'popularity_p', value: text(tested?.p) },
  ];
}

/** The headline numbers with all denominators, then those that only sentences below the tables say. */
function summaryRows(facts: ReportFacts, results: Results): Row[] {
  const untold = (key: string) => results.alone === true && key.startsWith('domains_');
  const [mixed] = results.rows('first_mixed');
  const [sure] = results.rows('fingerprints');
  const [across] = results.rows('operators');
  return [
    ...Object.keys(results.summary).map((key) => ({ key, value: untold(key) ? null : results.known(key) })),
    { key: 'first_mixed_rank', value: numberOf(mixed, 'rank') },
    { key: 'first_mixed_place', value: numberOf(mixed, 'place') },
    { key: 'operator_addresses', value: numberOf(across, 'addresses') },
    { key: 'operator_ases', value: numberOf(across, 'ases') },
    { key: 'operator_organisations', value: numberOf(across, 'organisations') },
    ...(results.uncertain?.bounds ?? []).flatMap(summaryOf).map(([key, value]) => ({ key, value })),
    ...popularityOf(results),
    ...(results.clients ? [{ key: 'clients', value: results.clients.total }] : []),
    { key: 'fingerprint_accuracy_mean', value: numberOf(sure, 'accuracy_mean') },
    { key: 'fingerprint_accuracy_deviation', value: numberOf(sure, 'accuracy_deviation') },
    ...rescanSummary(facts, results),
  ];
}

/**
 * Writes the report of a run: index.html, a CSV per table, an SVG and a CSV per figure, the headline numbers with all denominators.
 *
 * @param input.hosts path of hosts.parquet (schemas/records/hosts.ts)
 * @param input.domains path of domains.parquet (schemas/records/domains.ts)
 * @param input.out folder to write into; made when missing
 * @param input.facts what the manifest knows of the run
 * @returns the same tables as text, and the files written. The same input gives the same bytes.
 */
export async function writeReport(input: {
  hosts: string;
  domains: string;
  /** Path of details.parquet, whose rows are some of those of hosts.parquet (stages/merge/details.ts); absent: merge wrote none. */
  details?: string;
  /** Path of rescanned.parquet (schemas/records/rescanned.ts); absent: there was no rescan. */
  rescanned?: string;
  out: string;
  facts: ReportFacts;
  /** Which organisation each AS belongs to; null or absent: told by the names of ASes. */
  organisations?: Organisations | null;
  /** MPTCP clients that others saw, to stand beside the servers; null or absent: none were given. */
  clients?: Clients | null;
  /** What the database may hold, such as 512MB; null or absent: a quarter of the machine, at most 4 GB. */
  memory?: string | null;
}): Promise<ReportSummary> {
  await makeFolder(input.out);
  const { hosts, details, domains, rescanned, facts, out } = input;
  const { organisations = null, clients = null, memory = null } = input;
  const some = { ...(details === undefined ? {} : { details }), ...(rescanned === undefined ? {} : { rescanned }) };
  const source = { run: facts.run, hosts, domains, ...some };
  const results = { ...(await query({ source, organisations, out, facts, memory })), clients };
  const tables = allTables(input.facts, results).map((table) =>
    withVantage(withoutUnasked(table, results.unasked), facts),
  );
  const figures: Figure[] = [
    await mapFigure(results),
    cdfFigure(results),
    topGroupsFigure(results),
    pathFigure(results),
    await hostPlacesFigure(results),
  ];
  const files = new Map<string, string>([
    ['index.html', await renderPage(input.facts, results, { table: byId(tables), figure: byId(figures) })],
    [
      'summary.csv',
      toCsv(
        [
          { key: 'key', kind: 'text' },
          { key: 'value', kind: 'count' },
        ],
        summaryRows(facts, results),
      ),
    ],
    ...tables.map(({ id, columns, rows }): [string, string] => [`${id}.csv`, toCsv(columns, rows)]),
    ...figures.map(({ id, columns, rows }): [string, string] => [`${id}.csv`, toCsv(columns, rows)]),
    ...figures.flatMap(({ id, svg }): [string, string][] => (svg === null ? [] : [[`${id}.svg`, `${svg}\n`]])),
  ]);
  // A report that was here before may have drawn what there is nothing to draw of now.
  for (const { id } of figures) await rm(join(out, `${id}.svg`), { force: true });
  for (const [name, content] of files) await writeFile(join(input.out, name), content, { flush: true });
  return { text: terminalText(input.facts, results, tables), files: [...files.keys()].sort() };
}
