import type { Column } from '../../report/tables/table.ts';
import { funnelSvg } from '../figures/funnel.ts';
import { mapSvg } from '../figures/map.ts';
import { funnelColumns, funnelRows, verdictColumns, verdictRows } from '../pages/funnel.ts';
import { capableByCountry, mapTitle } from '../pages/list.ts';
import { surenessColumns, surenessRows } from '../pages/sureness.ts';
import type { Site } from '../site.ts';
import type { ToldRun } from '../told.ts';
import { entitiesOf, type Kind, kinds } from './entities.ts';
import { allOf, entityRow, leftOf, listColumns, listRows, naming } from './lists.ts';
import { numberCells, numberColumns, remainderCells } from './rows.ts';
import { countsSvg, shareSvg, type Track, trackColumns, trackRows, wholeColumns, wholeRows } from './series.ts';
import type { View } from './view.ts';

/** Which run a table is of, and by what it was made. */
function aboutRun({ k, embargo }: Site, { run }: ToldRun): View['about'] {
  return {
    run: run.slug,
    run_name: run.name,
    scan_from: run.time,
    scan_to: run.timeEnd,
    rule_set: run.ruleSet,
    rules_version: run.rulesVersion,
    result_sha256: run.result,
    software: run.software,
    vantage: run.vantage,
    lab: run.lab,
    k,
    embargo,
  };
}

function aboutAll({ k, embargo, runs }: Site): View['about'] {
  return { runs: runs.length, k, embargo };
}

function listView(site: Site, told: ToldRun, kind: Kind, id: string): View {
  const { many, sql } = naming[kind];
  const sums = {
    all: numberCells(allOf(kind, told), told.known),
    left: remainderCells(leftOf(kind, told), told.known),
  };
  return {
    id,
    title: `Endpoints by ${kind}: ${many}`,
    columns: listColumns(kind),
    rows: listRows(kind, told),
    sql,
    about: { ...aboutRun(site, told), ...sums },
  };
}

const shareKeys = new Set(['run', 'time', 'answered_v1', 'capable_v1', 'undecided_v1']);

/** What is of all runs or of the newest. */
export async function siteViews(site: Site): Promise<View[]> {
  const { runs, newest } = site;
  const points = runs.map(({ places }) => ({ v1: places.v1?.numbers ?? null, v0: places.v0?.numbers ?? null }));
  const whole = { columns: wholeColumns, rows: wholeRows(runs), sql: ['claims', 'steps'], about: aboutAll(site) };
  const countries = listRows('country', newest);
  const mapKeys = ['country', 'name', 'capable_v1', 'withheld'];
  return [
    {
      ...whole,
      id: 'series',
      title: 'All endpoints, by run',
      svg: countsSvg(site, { id: 'counts', title: 'Capable endpoints over time', points }),
    },
    {
      ...whole,
      id: 'share',
      title: 'Share of v1, by run',
      columns: wholeColumns.filter(({ key }) => shareKeys.has(key)),
      svg: shareSvg(site),
    },
    {
      id: 'map',
      title: mapTitle,
      columns: listColumns('country').filter(({ key }) => mapKeys.includes(key)),
      rows: countries,
      sql: naming.country.sql,
      about: aboutRun(site, newest),
      svg: await mapSvg(mapTitle, capableByCountry(countries)),
    },
    ...kinds.map((kind) => listView(site, newest, kind, naming[kind].view)),
  ];
}

/** One run by itself. */
export function runViews(site: Site, told: ToldRun): View[] {
  const base = `runs/${told.run.slug}`;
  const of = { sql: ['claims', 'steps'], about: aboutRun(site, told) };
  return [
    {
      ...of,
      id: `${base}/funnel`,
      title: 'From targets to proof',
      columns: funnelColumns,
      rows: funnelRows(told),
      svg: funnelSvg(told.funnel),
    },
    {
      ...of,
      id: `${base}/verdicts`,
      title: 'Verdicts of endpoints with a SYN/ACK',
      columns: verdictColumns,
      rows: verdictRows(told),
    },
    {
      ...of,
      id: `${base}/uncertainty`,
      title: 'How sure the shares are',
      sql: ['claims', 'rescan'],
      columns: surenessColumns,
      rows: surenessRows(told),
    },
    ...kinds.map((kind) => listView(site, told, kind, `${base}/${naming[kind].view}`)),
    leafView(site, told, 'country', `${base}/by-country-as`),
    leafView(site, told, 'port', `${base}/by-port-family`),
  ];
}

/** The finest table that is told: networks in each country, families at each port. */
function leafView(site: Site, told: ToldRun, kind: 'country' | 'port', id: string): View {
  const inner: Column[] = kind === 'country' ? naming.as.keys : [{ key: 'family', title: 'Family', kind: 'text' }];
  const [outer] = naming[kind].keys;
  const columns = [...(outer === undefined ? [] : [outer]), ...inner, ...numberColumns];
  const rows = entitiesOf(kind, told).flatMap(({ key, parts }) =>
    parts.map((part) => ({
      [kind]: key,
      ...(kind === 'country' ? { as: part.key, name: part.name } : { family: part.name }),
      ...numberCells(part.both, told.known),
    })),
  );
  const { sql } = naming[kind];
  return {
    id,
    title: `Endpoints by ${kind} and ${kind === 'country' ? 'AS' : 'address family'}`,
    columns,
    rows,
    sql,
    about: aboutRun(site, told),
  };
}

/** One country, AS or port: over all runs first, then its parts in the newest run that tells of it. */
export function entityViews(site: Site, kind: Kind, track: Track): View[] {
  const { view, sql } = naming[kind];
  const { entity, points } = track;
  const id = `${view}/${entity.key}`;
  const title = `Capable endpoints over time: ${entity.name}`;
  const series: View = {
    id,
    title,
    columns: trackColumns,
    rows: trackRows(points, site.runs),
    sql,
    about: { ...aboutAll(site), kind, key: entity.key, name: entity.name },
    svg: countsSvg(site, { id: 'counts', title, points, wide: true }),
  };
  const newest = points.at(-1) != null;
  const inner = kind === 'country' ? 'as' : kind === 'as' ? 'country' : null;
  if (!newest || (kind === 'as' && entity.parts.length < 2) || (kind === 'port' && entity.parts.length === 0))
    return [series];
  const columns =
    inner === null ? [{ key: 'family', title: 'Family', kind: 'text' as const }, ...numberColumns] : listColumns(inner);
  const rows = entity.parts.map((part) =>
    inner === null
      ? { family: part.name, ...numberCells(part.both, site.newest.known) }
      : entityRow(inner, part, site.newest),
  );
  const left = entity.left === null ? {} : { left: remainderCells(entity.left, site.newest.known) };
  const name = inner === null ? 'by-family' : naming[inner].view;
  return [
    series,
    {
      id: `${id}/${name}`,
      title: `${entity.name}: ${name}`,
      columns,
      rows,
      sql,
      about: { ...aboutRun(site, site.newest), ...left },
    },
  ];
}
