import { rm, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { exists } from '../core/folder/files.ts';
import { throwIfStopped } from '../core/stop.ts';
import { plural } from '../report/format.ts';
import { pathText } from '../view/visible.ts';
import { countRun } from './counts.ts';
import { entitiesOf, kinds } from './data/entities.ts';
import { marksOf } from './data/marks.ts';
import { tracksOf } from './data/series.ts';
import { type View, viewFiles } from './data/view.ts';
import { entityViews, runViews, siteViews } from './data/views.ts';
import { dataPage } from './pages/data.ts';
import { entityPage } from './pages/entity.ts';
import { type Page, renderFrame } from './pages/frame.ts';
import { frontPage } from './pages/front.ts';
import { comparePage, searchPage } from './pages/interactive.ts';
import { listPage } from './pages/list.ts';
import { methodPage } from './pages/method.ts';
import { runPage, runsPage } from './pages/run.ts';
import { readSiteRuns } from './runs.ts';
import type { Site } from './site.ts';
import { readerViewsSql, readSiteSql } from './sql.ts';
import { type ToldRun, tellRun } from './told.ts';
import { SiteFolder, writeAssets } from './write.ts';

export interface SiteInput {
  /** Folders of finished runs, in any order. */
  runs: readonly string[];
  out: string;
  k: number;
  embargo: string | null;
  title: string;
  url: string | null;
  signal: AbortSignal;
  /** Takes a sentence for whoever waits. */
  tell: (text: string) => void;
}

async function toldRuns(input: SiteInput): Promise<Pick<Site, 'runs' | 'embargoed' | 'marks'>> {
  const { runs, embargoed, leftOut } = await readSiteRuns(input.runs, input.embargo);
  for (const { folder, reason } of leftOut) input.tell(`${pathText(folder)} is left out: ${reason}`);
  const temp = join(resolve(input.out), '.tmp');
  const wasThere = await exists(resolve(input.out));
  const told: ToldRun[] = [];
  try {
    for (const run of runs) {
      throwIfStopped(input.signal, 'site');
      told.push(tellRun(run, await countRun(run, temp), input.k));
    }
  } finally {
    await rm(temp, { recursive: true, force: true });
    // Made for what lay there meanwhile: a folder that holds something stays.
    if (!wasThere) await rmdir(resolve(input.out)).catch(() => undefined);
  }
  return { runs: told, embargoed, marks: marksOf(runs) };
}

async function writeSearch(site: Site, folder: SiteFolder): Promise<void> {
  const entries = kinds.flatMap((kind) =>
    [...tracksOf(kind, site.runs).values()].map(({ entity: { key, name } }) => [kind, key, name]),
  );
  const runs = site.runs.map(({ run }) => ['run', run.slug, run.name]);
  const text = [...runs, ...entries].map((entry) =>
    JSON.stringify(entry).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
  );
  await folder.write('data/v1/search.json', `[\n${text.join(',\n')}\n]\n`);
}

/** Writes pages and files one by one: what is written is not kept. */
async function writeAll(site: Site, folder: SiteFolder, signal: AbortSignal): Promise<void> {
  const page = async (one: Page) => await folder.write(one.path, renderFrame(site, one));
  const view = async (one: View) => {
    for (const [path, text] of viewFiles(one)) await folder.write(`data/v1/${path}`, text);
  };
  for (const one of await siteViews(site)) await view(one);
  await page(await frontPage(site));
  for (const kind of kinds) {
    await page(await listPage(site, kind));
    for (const track of tracksOf(kind, site.runs).values()) {
      throwIfStopped(signal, 'site');
      const views = entityViews(site, kind, track);
      for (const one of views) await view(one);
      await page(entityPage(site, kind, track, views[0]?.svg ?? null));
    }
  }
  for (const run of site.runs) {
    for (const one of runViews(site, run)) await view(one);
    await page(runPage(site, run));
  }
  for (const one of [runsPage(site), comparePage(site), searchPage(), methodPage(site), dataPage(site)])
    await page(one);
  await writeSearch(site, folder);
  for (const name of ['claims', 'places', 'ports', 'rescan', 'steps'] as const)
    await folder.write(`data/v1/sql/${name}.sql`, await readSiteSql(name));
  await folder.write('data/v1/sql/views.sql', await readerViewsSql());
  await writeAssets(folder);
}

const nouns = { as: ['network', 'networks'], country: ['country', 'countries'], port: ['port', 'ports'] } as const;

/** Makes the site, and says in a line what it is made of. */
export async function makeSite(input: SiteInput): Promise<string> {
  const folder = new SiteFolder(resolve(input.out));
  await folder.requireOwn();
  const { runs, embargoed, marks } = await toldRuns(input);
  const newest = runs.at(-1);
  if (newest === undefined) throw new Error('no run was read');
  const { title, url, k, embargo } = input;
  const site: Site = { title, url, k, embargo, embargoed, runs, newest, marks };
  // Not before everything is counted: what cannot be made takes no site away.
  await folder.empty();
  await writeAll(site, folder, input.signal);
  const counts = kinds.map((kind) => {
    const [one, many] = nouns[kind];
    return plural(entitiesOf(kind, newest).length, one, many);
  });
  return `${pathText(input.out)}: ${folder.files} files from ${plural(runs.length, 'run', 'runs')}; the newest, ${pathText(newest.run.name)}, shows ${counts.join(', ')}`;
}
