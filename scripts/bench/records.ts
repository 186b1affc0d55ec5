import { copyFile, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Config } from '../../orchestrator/config/config.ts';
import { RunFolder } from '../../orchestrator/core/folder/folder.ts';
import { RawReader } from '../../orchestrator/core/folder/raw-files.ts';
import { decodePart } from '../../orchestrator/core/part/decode.ts';
import type { PartStage } from '../../orchestrator/core/stage.ts';
import { scan } from '../../orchestrator/stages/scan.ts';
import { targets } from '../../orchestrator/stages/targets.ts';
import { findTool } from '../../orchestrator/tools/finder.ts';
import { writeReplies } from './records/replies.ts';

/**
 * What records cost: processor time to decode a reply and a name, and bytes on disk. Exit 1 when a reply takes more than 100 bytes as a
 * record (an answering host has two) or 300 in its compressed raw file, or a name more than 100. Processor time depends on the machine
 * and is stated only. Usage: node --import tsx scripts/bench/records.ts [REPLIES] [NAMES]
 */
const replies = Number(process.argv[2] ?? 200_000);
const names = Number(process.argv[3] ?? 300_000);
const most = { replyRecord: 100, replyRaw: 300, name: 100 };

async function sizeOf(path: string): Promise<number> {
  const info = await stat(path);
  if (!info.isDirectory()) return info.size;
  const inside = await Promise.all((await readdir(path)).map((name) => sizeOf(join(path, name))));
  return inside.reduce((sum, size) => sum + size, 0);
}

interface Cost {
  rows: number;
  microseconds: number;
  record: number;
  raw: number;
}

/** Decodes one part, whose input and raw files `prepare` writes. */
async function decode(
  make: typeof scan,
  config: Config,
  prepare: (input: string, raw: string) => Promise<void>,
): Promise<Cost> {
  const folder = new RunFolder(await mkdtemp(join(tmpdir(), 'bench-records-')));
  const stage: PartStage<Config> = make(findTool);
  const part = '00000';
  const [input, raw] = [folder.input(stage.name, part), folder.raw(stage.name, part)];
  await mkdir(dirname(input), { recursive: true });
  await mkdir(raw, { recursive: true });
  await prepare(input, raw);
  const quiet = { terminal: false, onStatus: () => undefined, onUnits: () => undefined };
  const known = { seed: 1, versions: {}, runsAs: {}, signal: new AbortController().signal, ...quiet };
  const reader = new RawReader(raw, join(folder.temp(), 'raw'));
  const before = process.cpuUsage();
  const { counts } = await decodePart({ stage, tool: stage.tool(config), part, folder, config, ...known }, reader);
  await reader.pack();
  const { user, system } = process.cpuUsage(before);
  const rows = counts.records_out;
  const record = (await sizeOf(folder.records(stage.name, part))) / rows;
  const cost = { rows, microseconds: (user + system) / rows, record, raw: (await sizeOf(raw)) / rows };
  await rm(folder.root, { recursive: true });
  return cost;
}

const ofPrefix = Config.parse({ targets: { prefixes: ['0.0.0.0/0'] }, scan: { versions: [1] } });
const ofList = Config.parse({ targets: { list: 'list.csv', www: false } });
const home = await mkdtemp(join(tmpdir(), 'bench-records-'));
const file = join(home, 'replies');
await writeReplies(file, replies);
const reply = await decode(scan, ofPrefix, async (input, raw) => {
  await writeFile(input, '{"target":"0.0.0.0/0"}\n');
  await writeFile(join(raw, 'allowlist.txt'), '0.0.0.0/0\n');
  await copyFile(file, join(raw, '80-v1.ndjson'));
});
const name = await decode(targets, ofList, async (input) => {
  const line = (n: number) =>
    `{"line":${n},"text":"${n},name${(Math.imul(n, 2654435761) >>> 0).toString(36)}.example"}\n`;
  await writeFile(input, Array.from({ length: names }, (_, n) => line(n + 1)).join(''));
});
await rm(home, { recursive: true });

const shown = (value: number) => value.toFixed(1);
console.log(
  `reply: ${reply.rows} decoded at ${shown(reply.microseconds)} us of processor each (compression of the raw file included); ${shown(reply.record)} bytes as a record, ${shown(reply.raw)} in raw/`,
);
console.log(
  `name:  ${name.rows} decoded at ${shown(name.microseconds)} us each; ${shown(name.record)} bytes as a record`,
);
const missed = [
  reply.record > most.replyRecord ? `a reply's record has at most ${most.replyRecord} bytes` : '',
  reply.raw > most.replyRaw ? `a reply's raw line at most ${most.replyRaw}` : '',
  name.record > most.name ? `a name at most ${most.name}` : '',
].filter((sentence) => sentence !== '');
for (const sentence of missed) console.log(`missed: ${sentence}`);
process.exitCode = missed.length === 0 ? 0 : 1;
