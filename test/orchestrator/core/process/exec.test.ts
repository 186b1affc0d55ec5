// takes: long
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { exec, start } from '../../../../orchestrator/core/process/exec.ts';
import { makeSite, messageOf, script } from './site.ts';

const test = suite('core/process/exec');

/** true while a process with this id is there. */
function lives(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

/** Writes its own id, then neither ends when it is asked to nor on its own. */
const deaf = (folder: string) => `trap '' TERM HUP; echo $$ > ${join(folder, 'pid')}; while :; do sleep 1; done`;

for (const terminal of [false, true]) {
  const where = terminal ? 'on a terminal' : 'in a pipe';

  test(`a program that ignores SIGTERM is killed when its time is up, ${where}`, async () => {
    const site = makeSite({ terminal, graceMs: 400 });
    const begun = performance.now();
    const message = await messageOf(exec(site, script(deaf(site.folder), { timeoutMs: 300, live: true })));
    assert.match(message, 'scan/00000: bash hung: still running after 0.3 s');
    assert.ok(performance.now() - begun > 690, 'it is given time to end by itself');
    assert.not.ok(lives(Number(readFileSync(join(site.folder, 'pid'), 'utf8'))));
    assert.is(site.commands[0]?.exit_code, null);
  });

  test(`a program that ignores SIGTERM is killed when the run is stopped, ${where}`, async () => {
    const controller = new AbortController();
    const site = makeSite({ terminal, graceMs: 400, signal: controller.signal });
    const run = exec(site, script(deaf(site.folder), { live: true }));
    setTimeout(() => controller.abort(), 500);
    assert.match(await messageOf(run), 'scan/00000: stopped');
    assert.not.ok(lives(Number(readFileSync(join(site.folder, 'pid'), 'utf8'))));
  });

  test(`a program that ends when it is asked to is not waited for any longer, ${where}`, async () => {
    const begun = performance.now();
    const run = exec(makeSite({ terminal }), script('exec sleep 30', { timeoutMs: 300, live: true }));
    assert.match(await messageOf(run), 'hung');
    assert.ok(performance.now() - begun < 4_000);
  });

  test(`an exit code that is not normal is an error with the last words, ${where}`, async () => {
    const message = await messageOf(exec(makeSite({ terminal }), script('echo no memory >&2; exit 3', { live: true })));
    assert.match(message, 'scan/00000: bash exited with 3');
    assert.match(message, 'no memory');
  });

  test(`a time limit beyond 2^31 ms is no limit of one millisecond, ${where}`, async () => {
    // A timer that takes the rest for the whole, or makes 1 ms of the first stretch, is over in a tenth of a second.
    for (const ms of [2 ** 31 + 100, 858_993_763_000]) {
      const command = script('sleep 0.6', { timeoutMs: ms, idleMs: ms, live: true });
      assert.is((await exec(makeSite({ terminal }), command)).exitCode, 0, `${ms} ms`);
    }
  });
}

const held: [title: string, text: string, code: number][] = [
  ['its output', 'echo told; sleep 9 & exit 0', 0],
  ['its errors alone', 'echo told; sleep 9 >/dev/null & exit 0', 0],
  ['its output, with a code that is not normal', 'echo told; sleep 9 & exit 3', 3],
];
for (const [title, text, code] of held) {
  test(`a child left behind that holds ${title} does not hold the stage`, async () => {
    const site = makeSite({ graceMs: 300 });
    const begun = performance.now();
    const message = await messageOf(exec(site, script(text, { stdout: 'out' })));
    assert.ok(performance.now() - begun < 5_000);
    assert.is(readFileSync(join(site.folder, 'out'), 'utf8'), 'told\n');
    assert.is(site.commands[0]?.exit_code, code);
    assert.is(message === '', code === 0);
  });
}

test('what a child left behind still writes is read, as long as it writes', async () => {
  const site = makeSite({ graceMs: 600 });
  const text = '(for i in 1 2 3 4; do sleep 0.3; echo $i; done) & exit 0';
  await exec(site, script(text, { stdout: 'out' }));
  assert.is(readFileSync(join(site.folder, 'out'), 'utf8'), '1\n2\n3\n4\n');
});

test('a child left behind that writes without end is ended by the time limit of its program', async () => {
  const run = exec(makeSite(), script('(while :; do echo more; sleep 0.1; done) & exit 0', { timeoutMs: 1_000 }));
  assert.match(await messageOf(run), 'hung: still running after 1 s');
});

test('lines of a program whose child holds the pipe come to their end', async () => {
  const conversation = start(makeSite({ graceMs: 300 }), script('echo one; echo two; sleep 9 & exit 0'));
  conversation.closeInput();
  const lines: string[] = [];
  for await (const line of conversation.lines()) lines.push(line);
  assert.equal(lines, ['one', 'two']);
  assert.is((await conversation.done).exitCode, 0);
});

test('a file goes in, stdout goes to a file byte for byte, stderr beside it', async () => {
  const site = makeSite();
  writeFileSync(join(site.folder, 'in'), 'a\r\nb');
  const exit = await exec(site, script('cat; echo word >&2', { stdin: join(site.folder, 'in'), stdout: 'out' }));
  assert.is(readFileSync(join(site.folder, 'out'), 'utf8'), 'a\r\nb');
  assert.is(readFileSync(join(site.folder, 'bash.stderr'), 'utf8'), 'word\n');
  assert.equal(exit.stderrTail, ['word']);
});

test('a program that falls silent is ended, one that goes on talking is not', async () => {
  assert.match(
    await messageOf(exec(makeSite(), script('exec sleep 30', { idleMs: 300 }))),
    'hung: nothing heard for 0.3 s',
  );
  const talks = script('for i in 1 2 3 4 5 6; do echo $i; sleep 0.1; done', { idleMs: 400 });
  assert.is((await exec(makeSite(), talks)).exitCode, 0);
});

test('the end by a signal that was asked for is normal, one by another signal is not', async () => {
  const conversation = start(makeSite(), script('exec sleep 30'));
  assert.is((await conversation.stop('SIGTERM')).exitCode, 0);
  assert.match(await messageOf(exec(makeSite(), script('kill -KILL $$'))), 'was ended by SIGKILL');
});

/** Megabytes of a flood; the whole of it by `make matrix`. */
const megabytes = Number(process.env.MATRIX_MEGABYTES ?? 150);
const flood = `head -c ${megabytes}M /dev/zero | tr '\\0' x`;

for (const [where, text, live] of [
  ['on stderr without a line end', `${flood} >&2`, false],
  ['on a terminal without a line end', flood, true],
] as const) {
  test(`what a program floods ${where} is held in memory no more than a little of`, async () => {
    const before = process.memoryUsage().rss;
    let most = 0;
    const looking = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss - before);
    }, 20);
    // a gigabyte in pieces of 4 kB, as a terminal hands them over, takes a minute where others work too
    const command = script(text, { live, timeoutMs: 600_000 });
    const exit = await exec(makeSite({ terminal: live }), command).finally(() => clearInterval(looking));
    assert.is(exit.exitCode, 0);
    assert.ok(exit.stderrTail.every((line) => line.length <= 400));
    assert.ok(most < 140 << 20, `${most >> 20} MB`);
  });
}

test('waiting for words that never come ends with the program', async () => {
  const conversation = start(makeSite(), script('echo other >&2'));
  assert.match(await messageOf(conversation.stderrLine(/ready/)), 'bash ended before it said /ready/');
});

const unkept: [stream: string, file: string, text: string][] = [
  ['stdout', 'out', 'echo $$ > pid; while :; do echo a line; done'],
  ['stderr', 'bash.stderr', 'echo $$ > pid; while :; do echo a line >&2; done'],
];
for (const [stream, file, text] of unkept) {
  test(`a program whose ${stream} finds no room on the disk is ended, and the full disk is the error`, async () => {
    const site = makeSite({ graceMs: 400 });
    symlinkSync('/dev/full', join(site.folder, file));
    const command = script(text, { inFolder: true, stdout: 'out' });
    assert.match(await messageOf(exec(site, command)), 'ENOSPC');
    assert.not.ok(lives(Number(readFileSync(join(site.folder, 'pid'), 'utf8'))));
  });
}

test('a conversation whose stderr finds no room on the disk is ended too', async () => {
  const site = makeSite({ graceMs: 400 });
  symlinkSync('/dev/full', join(site.folder, 'bash.stderr'));
  const talk = start(site, script('echo $$ > pid; while :; do echo a line >&2; done', { inFolder: true }));
  assert.match(await messageOf(talk.done), 'ENOSPC');
  assert.not.ok(lives(Number(readFileSync(join(site.folder, 'pid'), 'utf8'))));
});

test('what puts something back does so where nothing that it says can be kept', async () => {
  const site = makeSite();
  symlinkSync('/dev/full', join(site.folder, 'bash.stderr'));
  const command = script('echo I begin >&2; sleep 0.3; echo done > back', { inFolder: true, putsBack: true });
  assert.match(await messageOf(exec(site, command)), 'ENOSPC');
  assert.is(readFileSync(join(site.folder, 'back'), 'utf8'), 'done\n');
});

test.run();
