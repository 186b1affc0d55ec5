import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CensusError } from '../../errors.ts';
import { RuleSetName } from '../../schemas/lists.ts';
import { moments } from '../progress.ts';
import { StageEntry } from './entries.ts';
import { exists, writeWhole } from './files.ts';
import { openSeal, type Seal, sealText } from './sealed.ts';

/** 2: records as Parquet, sorted; 1: as NDJSON, as they came. */
export const schemaVersion = 2;
const oldestVersion = 1;

const ProgramEntry = z.strictObject({
  path: z.string().nullable().describe('where it was found'),
  version: z.string().nullable().describe('as it prints it'),
  runs_as: z
    .string()
    .nullable()
    .default(null)
    .describe("the tool's word for how it runs this program; null where there is only one way"),
});

const InputEntry = z.strictObject({
  sha256: z.string().describe('of the file'),
  bytes: z.int().describe('size'),
});

const OptOutsEntry = z.strictObject({
  from: z.string().describe('file that the configuration named'),
  copy: z.string().describe('its bytes, relative to the run folder'),
  sha256: z.string().describe('of these bytes'),
  prefixes: z.int().describe('how many prefixes it contained'),
});
export type OptOutsEntry = z.infer<typeof OptOutsEntry>;

const watched = {
  stage: z.string().describe('stage that was sending'),
  moment: z.enum(moments).describe('start, middle or end of it'),
  at: z.string().describe('UTC'),
  sentinel: z.enum(['v1', 'v0', 'plain']).describe('which sentinel'),
};
const SentinelCheck = z.strictObject({
  ...watched,
  address: z.string().describe('its address'),
  port: z.int().describe('port probed'),
  saw: z.string().nullable().describe('classification of what it answered; null: nothing, three times'),
  sound: z.boolean().describe('it answered as it should'),
});
export type SentinelCheck = z.infer<typeof SentinelCheck>;

/** What manifest.json holds: enough to say, years later, how each number came about. */
export const Manifest = z.strictObject({
  schema_version: z.int().min(oldestVersion).max(schemaVersion).describe('of this file and of all records of the run'),
  run: z.string().describe('name of the run'),
  created_at: z.string().describe('UTC'),
  finished_at: z.string().nullable().describe('UTC; null while the run is not complete'),
  census: z
    .record(z.string(), z.union([z.string(), z.boolean(), z.null()]))
    .describe('version, git commit and dirty flag of mptcp-census; versions of its module, Node and DuckDB'),
  vantage: z.record(z.string(), z.unknown()).describe('where the run was made: kernel, its mptcp sysctls, interface'),
  seed: z.int().describe('seed of the order of the scan and of everything else that was drawn'),
  config: z.record(z.string(), z.unknown()).describe('resolved configuration, as of the last start'),
  inputs: z.record(z.string(), InputEntry).describe('files outside the run folder that it read'),
  programs: z
    .record(z.string(), ProgramEntry)
    .describe(
      'every program that the run may use, as the last start found it; each command records the version that it ran with',
    ),
  starts: z
    .array(
      z.strictObject({
        at: z.string().describe('UTC'),
        census: z.record(z.string(), z.union([z.string(), z.boolean(), z.null()])).describe('as above, at this start'),
        vantage: z.record(z.string(), z.unknown()).describe('as above, at this start'),
        changed: z
          .record(
            z.string(),
            z.strictObject({
              before: z.unknown().describe('value of the start before'),
              after: z.unknown().describe('value from this start on'),
            }),
          )
          .default({})
          .describe(
            'keys of the configuration that changed with this start, dotted: what restrains sending, stages switched on or off, and settings of stages without finished parts',
          ),
        corrected: z
          .record(
            z.string(),
            z.strictObject({
              before: z.string().describe('sha256 at the start before'),
              after: z.string().describe('sha256 from this start on'),
            }),
          )
          .default({})
          .describe(
            'inputs whose content differs from that at the start before; allowed for stages without finished parts',
          ),
        blocklist: OptOutsEntry.nullable()
          .default(null)
          .describe('the opt-outs in effect from this start on; null without a blocklist'),
        rereads: z
          .array(
            OptOutsEntry.extend({
              at: z.string().describe('UTC'),
              rejected_lines: z.int().describe('lines that were not understood; kept in rejects/opt_outs.ndjson'),
              rejects_sha256: z
                .string()
                .nullable()
                .default(null)
                .describe('of that file as it was then; null without one, and in runs from before verify'),
            }),
          )
          .default([])
          .describe(
            'the opt-outs in effect from then on, each time that the blocklist changed while the run was sending',
          ),
        clock_steps: z
          .array(
            z.strictObject({
              at: z.string().describe('UTC, by the clock as it was set'),
              seconds: z.number().describe('by how much it was set; negative: back'),
            }),
          )
          .default([])
          .describe("each time that the machine's clock was set during the run"),
      }),
    )
    .describe('every start that did any work; a run may be resumed with another commit or kernel'),
  stages: z.record(z.string(), StageEntry).describe('by stage'),
  sentinels: z.array(SentinelCheck).default([]).describe('what the sentinels answered; empty if none were configured'),
  vantage_impaired: z
    .array(z.strictObject(watched))
    .nullable()
    .default(null)
    .describe('sentinels that did not answer as they should, with stage and time; null: not checked'),
  purges: z
    .array(
      z.strictObject({
        at: z.string().describe('UTC'),
        units: z.int().describe('units of all stages that were purged until then'),
        lines: z.int().describe('lines taken out of raw files by this one'),
        packets: z.int().describe('packets taken out of captures, or changed in them'),
      }),
    )
    .default([])
    .describe('when a party was removed from the run, and how much; never whom. Hashes are those of what is left'),
  replay: z
    .literal(true)
    .optional()
    .describe('this is not a run but a replay of the run there, which has the raw files and inputs'),
  rule_set: RuleSetName.default('ours').describe('the rules that the hosts are judged by: ours, in every run'),
  rules_version: z
    .int()
    .nullable()
    .default(null)
    .describe(
      'version of the rules that gave the verdicts; null before they were given, and in runs from before 2026-11',
    ),
  result_sha256: z
    .string()
    .nullable()
    .describe('over hosts and domains, sorted, without volatile fields: equal for equal results'),
});
export type Manifest = z.infer<typeof Manifest>;

export const manifestName = 'manifest.json';

function manifestPath(runFolder: string): string {
  return join(runFolder, manifestName);
}

/** Reads a run's manifest; null when the folder has none. Refuses one of another schema version. */
export async function readManifest(runFolder: string): Promise<Manifest | null> {
  const path = manifestPath(runFolder);
  if (!(await exists(path))) return null;
  let opened: { value: unknown; seal: Seal };
  try {
    opened = openSeal(manifestName, await readFile(path, 'utf8'));
  } catch (cause) {
    throw new CensusError(
      'E_RUN_FOLDER',
      `${path} is not JSON`,
      'restore it, or start a run under another name',
      cause,
    );
  }
  if (opened.seal === 'broken') {
    throw new CensusError(
      'E_RUN_FOLDER',
      `${path} was changed after it was written: its self_sha256 does not match`,
      'put it back from a copy of the run folder; mptcp-census verify compares all other files',
    );
  }
  const parsed = Manifest.safeParse(opened.value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CensusError(
      'E_RUN_FOLDER',
      [path, ...(issue?.path.length ? [issue.path.join('.')] : []), issue?.message].join(': '),
      `this version reads schema_version ${oldestVersion} to ${schemaVersion}; use the version that made the run, named in census.version`,
    );
  }
  return parsed.data;
}

/** Writes the manifest whole. Calls are put in line: stages side by side share one manifest. */
export class ManifestFile {
  readonly data: Manifest;
  readonly #folder: string;
  #last: Promise<void> = Promise.resolve();

  constructor(folder: string, data: Manifest) {
    this.#folder = folder;
    this.data = data;
  }

  async save(): Promise<void> {
    const write = this.#last.then(() => writeWhole(manifestPath(this.#folder), sealText(manifestName, this.data, 2)));
    this.#last = write.catch(() => undefined);
    await write;
  }
}

/** One key of a configuration, dotted, with both its values. */
export interface Change {
  key: string;
  before: unknown;
  after: unknown;
}

/** Every key, dotted, in which two plain values differ. */
export function differences(before: unknown, after: unknown, key = ''): Change[] {
  if (Object.is(before, after)) return [];
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null)
    return [{ key, before, after }];
  const left = new Map(Object.entries(before));
  const right = new Map(Object.entries(after));
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((name) =>
    differences(left.get(name), right.get(name), key === '' ? name : `${key}.${name}`),
  );
}

/** First key, dotted, in which two plain values differ; null when they are equal. */
export function differingKey(before: unknown, after: unknown): string | null {
  return differences(before, after)[0]?.key ?? null;
}
