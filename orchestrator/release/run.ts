import { resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { storedConfig } from '../config/stored.ts';
import { requirePlainPath } from '../core/folder/folder.ts';
import { type Manifest, readManifest } from '../core/folder/manifest.ts';
import { CensusError } from '../errors.ts';
import { pipeline } from '../pipeline.ts';
import type { ReportFacts } from '../report/facts.ts';
import { reportFacts } from '../stages/report-facts.ts';
import { findTool } from '../tools/finder.ts';
import { cureOf, isDamage } from '../verify/finding.ts';
import { verifyFolder } from '../verify/verify.ts';
import type { Level } from './level.ts';

/** A finished run whose every file is as it was written. */
export interface ReleasedRun {
  root: string;
  manifest: Manifest;
  config: Config;
  facts: ReportFacts;
  disabled: ReadonlySet<string>;
}

/** @throws CensusError E_RUN_FOLDER if the run is not finished, or damaged */
export async function readReleasedRun(folder: string, tell: (line: string) => void): Promise<ReleasedRun> {
  const root = resolve(folder);
  requirePlainPath(root);
  const manifest = await readManifest(root);
  if (manifest === null)
    throw new CensusError('E_RUN_FOLDER', `${root} holds no manifest.json`, 'name a run folder, such as runs/2026-11');
  if (manifest.finished_at === null)
    throw new CensusError('E_RUN_FOLDER', `${root} is not finished`, 'let mptcp-census run go on with it first');
  const stages = pipeline(findTool);
  const progress = { files: 0, of: 0, bytes: 0 };
  tell(`comparing the files of ${folder} with their hashes`);
  for await (const finding of verifyFolder(root, stages, progress)) {
    // What does not belong there, and replays, are in no release.
    if (!isDamage(finding) || finding.told === 'unexpected' || finding.kind === 'unread') continue;
    const { path, why } = finding;
    throw new CensusError('E_RUN_FOLDER', `${path} ${why}: nothing is released from this run`, cureOf(finding));
  }
  const config = storedConfig(manifest.config);
  const order = stages.map(({ name }) => name).filter((name) => name !== 'report');
  const facts = reportFacts({ manifest, config }, order);
  const disabled = new Set(order.filter((stage) => manifest.stages[stage]?.status === 'left_out'));
  return { root, manifest, config, facts, disabled };
}

/** Files of others that columns of the release were looked up in, for the notice on licences. */
export function borrowedFrom({ config, facts, disabled }: ReleasedRun): string[] {
  const names = new Set(facts.inputs.map(({ file }) => file));
  const listed = (paths: readonly (string | null)[]) =>
    paths.flatMap((path) => {
      const name = path?.split('/').at(-1);
      return name !== undefined && names.has(name) ? [name] : [];
    });
  const geo = disabled.has('geo') ? [] : listed([config.geo.country, config.geo.city]);
  return [
    ...(geo.length === 0
      ? []
      : [
          `country, city, latitude, longitude: ${geo.join(', ')} (databases of MaxMind and others name their terms with the download)`,
        ]),
    ...('list' in config.targets ? ['names and ranks of domains: the target list of the run'] : []),
  ];
}

/** Keys of the setting that count what programs saw: "scan.receive_drops". */
const counted = /^(?!asn\.table_)\w+\./;

/**
 * What a release says of its run. Counts of stages are counts of parties: how many were asked for a connection tells how many returned the
 * option. At level aggregate there are none of them.
 */
export function releasedFacts({ facts }: Pick<ReleasedRun, 'facts'>, level: Level): ReportFacts {
  if (level !== 'aggregate') return facts;
  return {
    ...facts,
    asked: null,
    stages: facts.stages.map((stage) => ({ ...stage, counts: null })),
    notices: facts.notices.map((notice) =>
      /\d/.test(notice.text)
        ? { ...notice, text: 'said with counts, which a release of this level does not tell' }
        : notice,
    ),
    setting: facts.setting.filter(([key]) => !counted.test(key)),
  };
}
