import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';

/**
 * Runs every test file in a process of its own and closes uvu's silent greens: a file without .run(), with .only, with a hook
 * that may throw unseen, without a test, or a pattern that matches nothing is a failure here.
 * Usage: node --import tsx test/run.ts [--unit | --rest] [--list | --show] [word ...]
 *   --unit  files that need neither root nor long: those without a line `// needs: root` or `// takes: long`   --rest  the others
 *   --list  prints the files instead of running them     word  only files whose path holds one of the words
 *   --show  prints what files say while they run, and not only of those that fail
 */
const roots = ['test', 'orchestrator/ip2asn-lite/test'];
/** Labs wait more than they reckon: with three files at a time two processors were idle for a third of the time. */
const together = 4;
/** Of those that run apart. */
const togetherApart = 2;
/** Words that let a command have what nobody else needs of the processors: a test beside it is not slower for it. */
const yielding = ['chrt', '--idle', '0'];
/** Of a file that hangs; one that yields to others may wait for them. */
const limitMs = Number(process.env.TEST_MINUTES ?? 15) * 60_000;
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const [unit, rest, list, show] = ['--unit', '--rest', '--list', '--show'].map((option) =>
  process.argv.includes(option),
);

interface Result {
  file: string;
  passed: number;
  failed: number;
  skips: string[];
  text: string;
}

const needsRoot = (source: string) => /^\/\/ needs: root$/m.test(source);
/** Runs after all others, beside its like only, for the reason that it gives: most scan at rates at which a starved receiver loses answers. */
const runsApart = (source: string) => /^\/\/ runs: apart\b/m.test(source);
/**
 * Runs where a processor would be idle: it computes, and no test of it has a limit of time that another file could make it miss. Those
 * that run apart wait for late answers most of the time, and labs for their scans.
 */
const runsBehind = (source: string) => /^\/\/ runs: behind$/m.test(source);
const takesLong = (source: string) => /^\/\/ takes: long$/m.test(source);

function selected(file: string): boolean {
  if (!unit && !rest) return true;
  const source = readFileSync(file, 'utf8');
  return (needsRoot(source) || takesLong(source)) === rest;
}

function testFiles(): string[] {
  const all = roots.flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => join(root, name)),
  );
  const files = all.filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules')).sort();
  return files.filter((file) => (words.length === 0 || words.some((word) => file.includes(word))) && selected(file));
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
  if (/^import \{[^}]*\b(whyNoLab|isRoot|inLab|withLab|withPair|withNamespace)\b/m.test(source) && !needsRoot(source))
    return 'makes namespaces, but holds no line "// needs: root"';
  if (runsApart(source) && !/^\/\/ runs: apart: \S/m.test(source)) return 'runs apart without a reason';
  if (runsBehind(source) && needsRoot(source)) return 'runs behind, but sends: it would be late';
  return null;
}

function countOf(text: string, label: string): number {
  return [...text.matchAll(new RegExp(`^\\s*${label}:\\s+(\\d+)`, 'gm'))].reduce(
    (sum, match) => sum + Number(match[1]),
    0,
  );
}

/**
 * Words before a unit test. Root gives up every capability, and becomes the checkout's owner: a test that needs more goes red, whoever
 * calls.
 */
function unprivileged(): string[] {
  if (!unit || process.getuid?.() !== 0) return [];
  if (/^CapEff:\s0+$/m.test(readFileSync('/proc/self/status', 'utf8'))) return []; // given up already
  const { uid, gid } = statSync('.');
  // A home that may not be looked into stops git and npm; none does not.
  const home = uid === 0 ? [] : ['env', 'HOME=/nonexistent'];
  return [
    ...home,
    'setpriv',
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    '--inh-caps=-all',
    '--bounding-set=-all',
  ];
}

/** What a test file leaves behind is gone with it. As open as /tmp: some run programs as other users. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mptcp-test-'));
  chmodSync(folder, 0o1777);
  keepTranslated(folder);
  return folder;
}

/** tsx keeps what it translated below the temporary folder: each file would have all sources translated anew, for half a second. */
function keepTranslated(folder: string): void {
  const uid = unprivileged().length === 0 ? (process.geteuid?.() ?? 0) : statSync('.').uid;
  const kept = join(tmpdir(), `tsx-${uid}`);
  mkdirSync(kept, { recursive: true });
  if (process.geteuid?.() === 0) chownSync(kept, uid, uid);
  symlinkSync(kept, join(folder, `tsx-${uid}`));
}

/** Words that give a command a network of its own, of which only loopback is up. */
const ownNetwork = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];
const mayHaveOwn =
  process.getuid?.() === 0 && execaSync('unshare', ['--net', 'true'], { reject: false }).exitCode === 0;

/** Words before every test where root calls, and may: what a test sends by mistake beside its lab reaches nobody. */
function alone(): string[] {
  return mayHaveOwn ? ownNetwork : [];
}

async function runFile(file: string, before: readonly string[]): Promise<Result> {
  const defect = defectOf(file);
  if (defect !== null) return { file, passed: 0, failed: 1, skips: [], text: `${file}: ${defect}` };
  const temp = temporaryFolder();
  const [program = 'node', ...args] = [...before, ...alone(), ...unprivileged(), 'node', '--import', 'tsx', file];
  const run = await execa(program, args, {
    all: true,
    reject: false,
    timeout: before.length === 0 ? limitMs : 4 * limitMs,
    env: { FORCE_COLOR: '0', TMPDIR: temp, OUTER_TMPDIR: tmpdir() },
    stdin: 'ignore',
    stdout: show ? ['pipe', 'inherit'] : 'pipe',
    stderr: show ? ['pipe', 'inherit'] : 'pipe',
  });
  rmSync(temp, { recursive: true, force: true });
  const text = run.all ?? '';
  const total = countOf(text, 'Total');
  const passed = countOf(text, 'Passed');
  const skipped = countOf(text, 'Skipped');
  const skips = text.split('\n').filter((line) => line.startsWith('SKIP '));
  // A crash, a time-out, an unawaited throw, or a file without a test leave no other trace than these.
  const broken = run.exitCode === 0 && total > 0 && !(unit && skips.some((line) => /\broot\b/.test(line))) ? 0 : 1;
  return { file, passed, failed: Math.max(total - passed - skipped, broken) + skipped, skips, text };
}

function report({ file, passed, failed, text }: Result, seconds: number): void {
  console.log(
    `${failed === 0 ? 'ok  ' : 'FAIL'} ${file}  ${passed} passed${failed > 0 ? `, ${failed} failed` : ''}  ${seconds.toFixed(1)} s`,
  );
  if (failed > 0 && !show) console.log(text.replace(/^/gm, '     '));
}

/** Files by when they run; of each, the long ones first: one that is begun last keeps nobody but itself busy. */
function queuesOf(files: string[]): Record<'labs' | 'others' | 'apart' | 'behind', string[]> {
  const sources = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
  const long = (file: string) => Number(takesLong(sources.get(file) ?? ''));
  const order = [...files].sort((a, b) => long(b) - long(a));
  const those = (is: (source: string) => boolean) => order.filter((file) => is(sources.get(file) ?? ''));
  // Where none is apart, or a command cannot be told to yield, they are like the others.
  const mayYield =
    those(runsApart).length > 0 && execaSync('chrt', [...yielding.slice(1), 'true'], { reject: false }).exitCode === 0;
  const behind = (source: string) => mayYield && runsBehind(source);
  const ordinary = (source: string) => !runsApart(source) && !behind(source);
  return {
    // Those that stand labs up wait more than they reckon: begun first, they leave the processor to the others.
    labs: those((source) => ordinary(source) && needsRoot(source)),
    others: those((source) => ordinary(source) && !needsRoot(source)),
    apart: those(runsApart),
    behind: those(behind),
  };
}

async function runAll(files: string[]): Promise<Result[]> {
  const results: Result[] = [];
  async function worker(queue: string[], before: readonly string[] = []): Promise<void> {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const begun = performance.now();
      const result = await runFile(file, before);
      results.push(result);
      report(result, (performance.now() - begun) / 1000);
    }
  }
  const { labs, others, apart, behind } = queuesOf(files);
  const yieldingWorker = worker(behind, yielding);
  // One worker begins with each queue and helps with the other.
  await Promise.all(
    Array.from({ length: together }, async (_, n) => {
      for (const queue of n % 2 === 0 ? [labs, others] : [others, labs]) await worker(queue);
    }),
  );
  const another = worker(behind, yielding);
  await Promise.all(Array.from({ length: togetherApart }, () => worker(apart)));
  // Nobody is left to yield to.
  await Promise.all([yieldingWorker, another, ...Array.from({ length: together }, () => worker(behind))]);
  return results;
}

async function main(): Promise<void> {
  const files = testFiles();
  if (list) {
    console.log(files.join('\n'));
    return;
  }
  const results = await runAll(files);
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, 0) + (files.length === 0 ? 1 : 0);
  const skips = results.flatMap((result) => result.skips);
  if (files.length === 0) console.log('no test file matches');
  if (skips.length > 0) console.log(`\n${skips.length} SKIPPED:\n${skips.join('\n')}`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
  console.log(`${passed} passed, ${failed} failed`);
}

await main();
