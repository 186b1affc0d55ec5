// takes: long
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import { ProgramError } from '../../../../orchestrator/errors.ts';
import type { Question } from '../../../../orchestrator/roles.ts';
import { adns } from '../../../../orchestrator/tools/adns/tool.ts';
import { decodeAll, makeContext, temporaryFolder } from '../context.ts';

const test = suite('adns-ask');

function configOf(window: number) {
  return Config.parse({ targets: { list: 'names.txt' }, resolve: { window } });
}

/** Stands in for adnshost: `script` is the body of a shell script. */
async function withFake(script: string): Promise<string[]> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'adnshost'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return ['env', `PATH=${folder}:${process.env.PATH}`];
}

/** Stands in for adnshost: names that begin with dead, and all after `silentFrom` questions, time out in 0.3 s, as adns's do in 30. */
function lateTimeouts(silentFrom: number): string {
  return `exec node -e '
let id = -1;
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  if (!line.startsWith("- ")) return;
  const name = line.slice(2);
  const own = ++id;
  const late = own + " 0 remotefail 30 timeout " + name + " $ \\"DNS query timed out\\"";
  if (own >= ${silentFrom} || name.startsWith("dead")) setTimeout(() => console.log(late), 300);
  else console.log(own + " 1 ok 0 ok " + name + " $ \\"OK\\"\\n" + name + " A 198.18.0.1");
}).on("close", () => process.exit(2));'`;
}

const deadNames: [title: string, names: number, isDead: (n: number) => boolean][] = [
  ['a last part of a few names, all of them dead,', 5, () => true],
  ['150 dead names and then good ones', 1000, (n) => n < 150],
  ['150 dead names among good ones', 1000, (n) => n % 6 === 0 && n < 900],
  [
    '2 % of dead names in a long list, which all time out after the last good one was answered',
    20_000,
    (n) => n % 50 === 0,
  ],
];
for (const [title, count, isDead] of deadNames) {
  test(`${title} are dead names, not a dead resolver`, async () => {
    const rows: Question[] = Array.from({ length: count }, (_, n) => ({
      name: `${isDead(n) ? 'dead' : 'good'}${n}.example`,
      type: 'A',
    }));
    const within = await withFake(lateTimeouts(Number.POSITIVE_INFINITY));
    const context = await makeContext({ rows, config: configOf(500), within });
    await adns.collect?.(context);
    const { records } = await decodeAll(adns, context);
    assert.is(records.length, count);
    for (const [n, { failure }] of records.entries()) assert.is(failure, isDead(n) ? 'timeout' : null);
  });
}

const timeouts = `n=0; while read -r dash name; do case $dash in
  -) echo "$n 0 remotefail 30 timeout $name $ \\"DNS query timed out\\""; n=$((n+1));; esac; done; exit 2`;
const failures: [title: string, script: string, questions: number, message: RegExp][] = [
  [
    'a resolver that never answers is an error, not names without address',
    timeouts,
    20,
    /had no answer to any question/,
  ],
  ['a resolver that never answers stops the part early', timeouts, 2000, /had no answer to any question/],
  [
    'so does one that falls silent half way',
    lateTimeouts(300),
    2000,
    /had no answer to \d+ questions in a row, nor to a control question/,
  ],
  ['a program that crashes is an error with its last words', 'echo boom >&2; exit 10', 3, /exited with 10[\s\S]*boom/],
  ['a program that ends in good order before its time is an error', 'read -r line; exit 0', 30, /questions open/],
  ['a program that prints something else is an error', 'echo hello; exec sleep 5', 3, /answers nothing: hello/],
  [
    'an answer to a question not asked is an error',
    `echo '77 0 ok 0 ok x $ "OK"'; exec cat >/dev/null`,
    3,
    /answers nothing: 77/,
  ],
];
for (const [title, script, count, message] of failures) {
  test(title, async () => {
    const rows: Question[] = Array.from({ length: count }, (_, n) => ({ name: `n${n}.example`, type: 'A' }));
    const context = await makeContext({ rows, config: configOf(50), within: await withFake(script) });
    try {
      await adns.collect?.(context);
      assert.unreachable('it went through');
    } catch (error) {
      assert.instance(error, ProgramError);
      assert.match(String(error), message);
    }
  });
}

/** Stands in for adnshost: answers names that begin with good, and says on stderr at its end how many questions were open at most. */
const countingOpen = `exec node -e '
let id = -1, most = 0;
const open = new Set();
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const cancelled = /^--cancel-id (.*)/.exec(line);
  if (cancelled) open.delete(Number(cancelled[1]));
  if (!line.startsWith("- ")) return;
  const name = line.slice(2);
  const own = ++id;
  open.add(own);
  most = Math.max(most, open.size);
  if (name.startsWith("dead")) return;
  setImmediate(() => {
    open.delete(own);
    console.log(own + " 1 ok 0 ok " + name + " 60 $ \\"OK\\"\\n" + name + " 60 A 198.18.0.1");
  });
}).on("close", () => { console.error("most " + most); process.exit(0); });'`;

async function askNames(dead: number, good: number, resolve: Record<string, unknown>) {
  const names = Array.from({ length: dead + good }, (_, n) => `${n < dead ? 'dead' : 'good'}${n}.example`);
  const rows: Question[] = names.map((name) => ({ name, type: 'A' }));
  const config = Config.parse({ targets: { list: 'names.txt' }, resolve: { silent_after: '0.05s', ...resolve } });
  const context = await makeContext({ rows, config, within: await withFake(countingOpen) });
  await adns.collect?.(context);
  const said = await readFile(join(context.folder, 'adnshost.stderr'), 'utf8');
  const files = await readdir(context.folder);
  const { records } = await decodeAll(adns, context);
  return {
    most: [...said.matchAll(/most (\d+)/g)].map(([, count]) => Number(count)),
    processes: files.filter((file) => file.startsWith('answers.')).length,
    timeouts: records.filter(({ failure }) => failure === 'timeout').length,
    facts: (await adns.facts?.(context.folder)) ?? {},
  };
}

test('all open questions together stay under the limit, silent ones among them', async () => {
  const { most, processes, timeouts, facts } = await askNames(90, 200, { open: 30, patience: '0.5s' });
  assert.is(processes, 1);
  assert.ok((most[0] ?? 0) <= 30 && (most[0] ?? 0) > 20, String(most));
  assert.is(timeouts, 90);
  assert.is(facts.asked_again, 90);
  assert.ok(Number(facts.first_pass_s) > 1, 'three times 30 dead names, half a second each');
});

test('a process full of silent questions steps aside for a fresh one', async () => {
  const { processes, timeouts } = await askNames(700, 100, { open: 700, patience: '1s', window: 100 });
  assert.ok(processes >= 3, `${processes} processes`);
  assert.is(timeouts, 700);
});

test.run();
