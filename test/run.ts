import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

/**
 * Runs every test file in a process of its own and closes uvu's silent greens: a file without .run(), with .only, with a hook
 * that may throw unseen, without a test, or a pattern that matches nothing is a failure here. Usage: node --import tsx test/run.ts
 * [word ...] runs the files whose path holds one of the words. Files under a folder of `serial` share the machine with nobody.
 */
const roots = ['test', 'orchestrator/ip2asn-lite/test'];
const serial = ['test/lab/', 'test/zmap-module/'];
const together = 2;
const limitMs = 15 * 60_000;

interface Result {
  file: string;
  passed: number;
  failed: number;
  skips: string[];
  text: string;
}

function testFiles(words: string[]): string[] {
  const all = roots.flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => join(root, name)),
  );
  const files = all.filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules')).sort();
  return words.length === 0 ? files : files.filter((file) => words.some((word) => file.includes(word)));
}

/** What is wrong with a test file before it runs; null when nothing is. */
function defectOf(file: string): string | null {
  const source = readFileSync(file, 'utf8');
  const suites = source.match(/\bsuite(<[^>]*>)?\(/g)?.length ?? 0;
  const runs = source.match(/^\s*[\w.]+\.run\(\);/gm)?.length ?? 0;
  if (runs === 0 || runs < suites) return `${suites} suites, ${runs} calls of .run()`;
  if (/\.only\(/.test(source)) return 'holds .only';
  if (/\.(before|after)(\.each)?\(/.test(source))
    return 'holds a before or after hook, in which uvu hides what is thrown';
  return null;
}

function countOf(text: string, label: string): number {
  return [...text.matchAll(new RegExp(`^\\s*${label}:\\s+(\\d+)`, 'gm'))].reduce(
    (sum, match) => sum + Number(match[1]),
    0,
  );
}

async function runFile(file: string): Promise<Result> {
  const defect = defectOf(file);
  if (defect !== null) return { file, passed: 0, failed: 1, skips: [], text: `${file}: ${defect}` };
  const run = await execa('node', ['--import', 'tsx', file], {
    all: true,
    reject: false,
    timeout: limitMs,
    env: { FORCE_COLOR: '0' },
    stdin: 'ignore',
  });
  const text = run.all ?? '';
  const total = countOf(text, 'Total');
  const passed = countOf(text, 'Passed');
  const skipped = countOf(text, 'Skipped');
  const skips = text.split('\n').filter((line) => line.startsWith('SKIP '));
  // A crash, a time-out, an unawaited throw, or a file without a test leave no other trace than these.
  const broken = run.exitCode === 0 && total > 0 ? 0 : 1;
  return { file, passed, failed: Math.max(total - passed - skipped, broken) + skipped, skips, text };
}

function report({ file, passed, failed, text }: Result, seconds: number): void {
  console.log(
    `${failed === 0 ? 'ok  ' : 'FAIL'} ${file}  ${passed} passed${failed > 0 ? `, ${failed} failed` : ''}  ${seconds.toFixed(1)} s`,
  );
  if (failed > 0) console.log(text.replace(/^/gm, '     '));
}

async function runAll(files: string[]): Promise<Result[]> {
  const results: Result[] = [];
  async function worker(queue: string[]): Promise<void> {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const begun = performance.now();
      const result = await runFile(file);
      results.push(result);
      report(result, (performance.now() - begun) / 1000);
    }
  }
  const alone = files.filter((file) => serial.some((folder) => file.startsWith(folder)));
  const queue = files.filter((file) => !alone.includes(file));
  await Promise.all(Array.from({ length: together }, () => worker(queue)));
  await worker(alone);
  return results;
}

const files = testFiles(process.argv.slice(2));
const results = await runAll(files);
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, 0) + (files.length === 0 ? 1 : 0);
const skips = results.flatMap((result) => result.skips);
if (files.length === 0) console.log('no test file matches');
if (skips.length > 0) console.log(`\n${skips.length} SKIPPED:\n${skips.join('\n')}`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed`);
