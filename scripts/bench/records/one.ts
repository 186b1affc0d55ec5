import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * One part decoded by the sources of a checkout, in a process of its own; prints what it cost as JSON. `packed`: the raw file is compressed
 * on the way, where the checkout does that. Usage: one.ts CHECKOUT reply|name FILE TEMP packed|plain
 */
const [checkout = '', what = '', file = '', temp = '', packing = ''] = process.argv.slice(2);

/** The first path that there is: files have moved since the peer. */
function find(...paths: string[]): string | null {
  return paths.map((name) => join(checkout, 'orchestrator', name)).find((name) => existsSync(name)) ?? null;
}

async function load(...paths: string[]) {
  const path = find(...paths);
  if (path === null) throw new Error(`${checkout} has none of ${paths.join(', ')}`);
  return await import(pathToFileURL(path).href);
}

async function sizeOf(path: string): Promise<number> {
  const info = await stat(path).catch(() => null);
  if (info === null) return 0;
  if (!info.isDirectory()) return info.size;
  const inside = await Promise.all((await readdir(path)).map((name) => sizeOf(join(path, name))));
  return inside.reduce((sum, size) => sum + size, 0);
}

// as the command line does it
const engine = find('machine/engine.ts');
if (engine !== null) (await import(pathToFileURL(engine).href)).makeObjectsYoung();
const { Config } = await load('config/config.ts', 'config.ts');
const { RunFolder } = await load('core/folder/folder.ts', 'core/folder.ts');
const { decodePart } = await load('core/part/decode.ts', 'core/decode.ts');
const { sha256File } = await load('core/folder/files.ts', 'core/files.ts');
const { findTool } = await load('tools/finder.ts', 'tool-finder.ts');
const stageName = what === 'reply' ? 'scan' : 'targets';
const stage = (await load(`stages/${stageName}.ts`))[stageName](findTool);
const config =
  what === 'reply'
    ? Config.parse({ targets: { prefixes: ['0.0.0.0/0'] }, scan: { versions: [1] } })
    : Config.parse({ targets: { list: 'list.csv', www: false } });

const folder = new RunFolder(await mkdtemp(join(temp, 'one-')));
const part = '00000';
const [input, raw]: [string, string] = [folder.input(stageName, part), folder.raw(stageName, part)];
await mkdir(dirname(input), { recursive: true });
await mkdir(raw, { recursive: true });
if (what === 'reply') {
  await writeFile(input, '{"target":"0.0.0.0/0"}\n');
  await writeFile(join(raw, 'allowlist.txt'), '0.0.0.0/0\n');
  await copyFile(file, join(raw, '80-v1.ndjson'));
} else await copyFile(file, input);
const quiet = { terminal: false, onStatus: () => undefined, onUnits: () => undefined };
const known = { seed: 1, versions: {}, runsAs: {}, signal: new AbortController().signal, ...quiet };
const job = { stage, tool: stage.tool(config), part, folder, config, ...known };
const reading = find('core/folder/raw-files.ts');
const RawReader = reading === null ? null : (await import(pathToFileURL(reading).href)).RawReader;

const before = process.cpuUsage();
const begun = performance.now();
const reader = RawReader === null ? null : new RawReader(raw, packing === 'packed' ? join(folder.temp(), 'raw') : null);
const { counts, output_sha256 } = await decodePart(job, reader);
if (packing === 'packed') await reader?.pack();
// a checkout that reads raw files for their sha256 a second time pays for that too
if (reader === null) for (const name of await readdir(raw)) await sha256File(join(raw, name));
const { user, system } = process.cpuUsage(before);
const wall = (performance.now() - begun) / 1e3;
const rows = counts.records_out;
const cost = {
  rows,
  microseconds: (user + system) / rows,
  wall,
  peak: (process.resourceUsage().maxRSS * 1024) / 1e6,
  record: (await sizeOf(folder.records(stageName, part))) / rows,
  raw: (await sizeOf(raw)) / rows,
  digest: output_sha256,
};
await rm(folder.root, { recursive: true });
console.log(JSON.stringify(cost));
