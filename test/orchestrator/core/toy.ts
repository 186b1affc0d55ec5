import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { RunFolder } from '../../../orchestrator/core/folder/folder.ts';
import { type Manifest, ManifestFile, schemaVersion } from '../../../orchestrator/core/folder/manifest.ts';
import type { RunEvent } from '../../../orchestrator/core/progress.ts';
import { runStages } from '../../../orchestrator/core/run.ts';
import type { PartStage, Stage, UnitRow, WholeStage } from '../../../orchestrator/core/stage.ts';
import type { Program, Tool } from '../../../orchestrator/core/tool.ts';
import type { Uplink } from '../../../orchestrator/core/uplink/over-uplink.ts';
import { CensusError } from '../../../orchestrator/errors.ts';

/** A pipeline of three small stages over real files and one real program (bash), to try the machine without any network. */
export interface ToyConfig {
  count: number;
  partSize: number;
  /** Shell text that the program runs per part: reads units on stdin, writes lines. */
  script: string;
  timeoutMs: number;
  idleMs: number;
  /** Numbers that must not be asked any more, whatever the cut says. */
  optedOut?: number[];
  /** The tool hands over its rows while it collects. */
  live?: boolean;
}

const Unit = z.strictObject({ n: z.int() });
const Raw = z.looseObject({ n: z.int(), square: z.int() });
const Square = z.strictObject({ n: z.int(), square: z.int(), failure: z.string().nullable() });

const bash: Program = {
  name: 'bash',
  version: { args: ['--version'], pattern: /version (\S+)/ },
  apt: 'bash',
  privileges: null,
  okExits: [0],
};

/** Collects with bash, decodes its lines; a line that is no JSON becomes a row that no schema takes. */
export const squareTool: Tool<z.infer<typeof Unit>, z.infer<typeof Raw>, z.infer<typeof Square>, ToyConfig> = {
  name: 'square',
  programs: [bash],
  async collect(context) {
    const { script, timeoutMs, idleMs } = context.config;
    await context.exec({
      program: bash,
      args: ['-c', script, 'toy', context.part],
      stdin: context.input,
      stdout: 'lines',
      timeoutMs,
      idleMs,
    });
  },
  async *decode(context) {
    for (const line of readFileSync(join(context.folder, 'lines'), 'utf8').split('\n')) {
      if (line === '') continue;
      let value: unknown = null;
      try {
        value = JSON.parse(line);
      } catch {
        // null fits no schema: the line is rejected with its text
      }
      yield [{ value, line }];
    }
  },
  raw: Raw,
  toRecord: ({ n, square }) => ({ n, square, failure: null }),
};

/** The same, decoding while it collects; its raw files then give nothing. */
const liveTool: typeof squareTool = {
  ...squareTool,
  decodesAsItCollects: true,
  async collect(context) {
    await squareTool.collect?.(context);
    const lines = readFileSync(join(context.folder, 'lines'), 'utf8').split('\n').reverse();
    context.take(lines.filter((line) => line !== '').map((line) => ({ value: JSON.parse(line), line })));
    writeFileSync(join(context.folder, 'lines'), '');
  },
};

const role = {
  unit: 'number',
  input: Unit,
  record: Square,
  asked: (row: unknown) => [String(Unit.parse(row).n)],
  answered: (record: unknown) => String(Square.parse(record).n),
  unitNumbers: [true],
};

export async function* numbers({ config }: { config: ToyConfig }): AsyncGenerator<UnitRow[]> {
  for (let n = 0; n < config.count; n += 1)
    yield [{ row: { n }, skip: n === 3 ? 'blocked' : null, duplicates: n === 0 ? 2 : 0 }];
}

export function partStage(name: string, reads: string[], units: PartStage<ToyConfig>['units']): PartStage<ToyConfig> {
  return {
    kind: 'parts',
    name,
    reads,
    role,
    enabled: () => true,
    tool: ({ live }) => (live ? liveTool : squareTool),
    units,
    screen: (config) => ({
      whole: (row) => (config.optedOut?.includes(Unit.parse(row).n) ? 'blocked' : null),
      partly: () => null,
    }),
    unanswered: 'timeout',
    partSize: (config) => config.partSize,
  };
}

const sum: WholeStage<ToyConfig> = {
  kind: 'whole',
  name: 'sum',
  reads: ['first', 'second'],
  unit: 'sum',
  outputs: ['sum.json'],
  async run(context) {
    let total = 0;
    for await (const row of context.query('SELECT sum(square) AS total FROM second')) {
      total = z.object({ total: z.int() }).parse(row).total;
    }
    const { writeWhole } = await import('../../../orchestrator/core/folder/files.ts');
    await writeWhole(join(context.folder, 'sum.json'), JSON.stringify({ total }));
    context.setResult(String(total), 1);
    return { units_in: 1, answered: 1, failed: {}, rejected: {}, skipped: {}, records_out: 1, rejected_lines: 0 };
  },
};

export const toyStages: Stage<ToyConfig>[] = [
  partStage('first', [], numbers),
  partStage('second', ['first'], async function* ({ batches }) {
    for await (const rows of batches('SELECT square AS n FROM first ORDER BY n'))
      yield rows.map((row) => ({ row, skip: null }));
  }),
  sum,
];

/** Squares every number that it reads. */
export const squares =
  'while read -r line; do n=$(printf %s "$line" | tr -dc 0-9); echo "{\\"n\\":$n,\\"square\\":$((n * n))}"; done';

export const toyConfig: ToyConfig = { count: 6, partSize: 2, script: squares, timeoutMs: 20_000, idleMs: 20_000 };

export function toyFolder(): string {
  return mkdtempSync(join(tmpdir(), 'toy-run-'));
}

export function emptyManifest(): Manifest {
  return {
    schema_version: schemaVersion,
    run: 'toy',
    created_at: '2026-01-01T00:00:00.000Z',
    finished_at: null,
    census: {},
    vantage: {},
    seed: 1,
    config: {},
    inputs: {},
    programs: {},
    starts: [],
    stages: {},
    sentinels: [],
    vantage_impaired: null,
    purges: [],
    rule_set: 'ours',
    rules_version: null,
    result_sha256: null,
  };
}

/** Runs the toy pipeline in a folder; gives what it reported and its manifest. */
export async function runToy(
  folder: string,
  config: ToyConfig,
  before: Manifest | null = null,
  { uplink = null, stages = toyStages }: { uplink?: Uplink | null; stages?: Stage<ToyConfig>[] } = {},
) {
  const events: RunEvent[] = [];
  const manifest = new ManifestFile(folder, before ?? emptyManifest());
  await runStages({
    folder: new RunFolder(folder),
    manifest,
    config,
    stages,
    report: (event) => events.push(event),
    signal: new AbortController().signal,
    terminal: false,
    uplink,
  });
  const ran = events.flatMap((event) => (event.type === 'stage_done' ? [event.stage] : []));
  return { manifest: manifest.data, events, ran };
}

/** The error that a run must end with. */
export async function errorOf(run: Promise<unknown>): Promise<CensusError> {
  const error = await run.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof CensusError) return error;
  throw new Error(`expected a CensusError, got ${error}`);
}
