import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The stage targets alone by the sources of a checkout, in a process of its own; prints what it cost as JSON. Usage: one.ts CHECKOUT LIST OUT */
const [checkout = '', list = '', out = ''] = process.argv.slice(2);

/** Its first path that there is: files have moved since the peer. */
async function load(...paths: string[]) {
  const path = paths.map((name) => join(checkout, 'orchestrator', name)).find((name) => existsSync(name));
  if (path === undefined) throw new Error(`${checkout} has none of ${paths.join(', ')}`);
  return await import(pathToFileURL(path).href);
}

// as the command line does it, where it does
const engine = join(checkout, 'orchestrator/machine/engine.ts');
if (existsSync(engine)) (await import(pathToFileURL(engine).href)).makeObjectsYoung();
const { Config } = await load('config/config.ts', 'config.ts');
const { RunFolder } = await load('core/folder/folder.ts', 'core/folder.ts');
const { ManifestFile } = await load('core/folder/manifest.ts', 'core/manifest.ts');
const { runStages } = await load('core/run.ts');
const { targets } = await load('stages/targets.ts');
const { findTool } = await load('tools/finder.ts', 'tool-finder.ts');

const manifest = { run: 'bench', seed: 1, config: {}, programs: {}, stages: {}, starts: [] };
const before = process.cpuUsage();
const begun = performance.now();
await runStages({
  folder: new RunFolder(out),
  manifest: new ManifestFile(out, manifest),
  config: Config.parse({ targets: { list } }),
  stages: [targets(findTool)],
  report: () => undefined,
  signal: new AbortController().signal,
  terminal: false,
});
const { user, system } = process.cpuUsage(before);
const cost = {
  processor: (user + system) / 1e6,
  wall: (performance.now() - begun) / 1e3,
  peak: (process.resourceUsage().maxRSS * 1024) / 1e6,
  ...Object.values(manifest.stages).map((stage) => ({ stage }))[0],
};
console.log(JSON.stringify(cost));
