import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSite, type SiteInput } from '../../../orchestrator/site/make.ts';
import { type World, writeWeek } from '../../../scripts/bench/site/world.ts';

const root = mkdtempSync(join(tmpdir(), 'site-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));

/** A folder of this process alone. */
export const place = (name: string) => join(root, name);

/** Small, so that many of its groups are under k. */
export const world: World = { addresses: 900, ases: 14, countries: 6, ports: [80, 443, 8080], rare: 14 };

/** Folders of some weeks' runs. */
export async function makeWeeks(weeks: number, of: World = world): Promise<string[]> {
  const runs: string[] = [];
  for (let week = 0; week < weeks; week++) runs.push(await writeWeek(place('runs'), of, week));
  return runs;
}

/** A site of them, and where it lies. */
export async function siteOf(runs: readonly string[], name: string, more: Partial<SiteInput> = {}): Promise<string> {
  const out = place(name);
  await makeSite({
    ...{ runs, out, k: 5, embargo: null, title: 'MPTCP census', url: null },
    signal: new AbortController().signal,
    tell: () => undefined,
    ...more,
  });
  return out;
}
