// takes: long
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cliWords } from '../../cli-words.ts';

const test = suite('judge as a command');
const command = [...cliWords, 'judge'];
const replies = readFileSync('test/fixtures/zmap/v1.ndjson', 'utf8');

async function judge(input: string, ...args: string[]) {
  return await execa(process.execPath, [...command, ...args], { reject: false, input });
}

test('--report writes the page, prints the tables and no records', async () => {
  const out = join(mkdtempSync(join(tmpdir(), 'judge-')), 'new', 'folder');
  const { exitCode, stdout, stderr } = await judge(replies, '--report', out);
  assert.is(exitCode, 0, stderr);
  assert.match(stdout, /^folder: Of the \d+ addresses/);
  assert.match(stdout, new RegExp(`^Report: ${join(out, 'index.html')}$`, 'm'));
  assert.not.match(stdout, /^\{/m);
  assert.ok(existsSync(join(out, 'index.html')));
});

test('a report of no line at all is a page that says so, and ends with 0', async () => {
  const out = mkdtempSync(join(tmpdir(), 'judge-'));
  const { exitCode, stdout } = await judge('', '--report', out);
  assert.is(exitCode, 0);
  assert.match(stdout, 'No address answered anything.');
});

test('a file of which no line is a reply ends with 1, and says what judge reads', async () => {
  const { exitCode, stdout, stderr } = await judge('saddr\n198.18.0.1\n');
  assert.equal([exitCode, stdout], [1, '']);
  assert.match(stderr, /^no line is a reply: judge reads what zmap prints with our module and -O json/m);
});

test('a report that cannot be written is told before the input is read', async () => {
  const { exitCode, stderr } = await judge(replies, '--report', 'package.json');
  assert.is(exitCode, 2);
  assert.match(stderr, /^error E_RUN_FOLDER: EEXIST/);
});

const [line = ''] = replies.split('\n');
/** Replies of more endpoints than are held in memory. */
const many = Array.from({ length: 180_000 }, (_, host) => {
  const target = `10.${host >> 16}.${(host >> 8) & 255}.${host & 255}`;
  return `${JSON.stringify({ ...JSON.parse(line), saddr: target, target })}\n`;
});

test('an input that is larger than memory should hold is judged from disk, in order, and nothing is left there', async () => {
  const temp = mkdtempSync(join(tmpdir(), 'judge-'));
  const { exitCode, stdout, stderr } = await judge(many.join(''), '--temp', temp);
  assert.is(exitCode, 0, stderr);
  const records = stdout.split('\n');
  assert.is(records.length, many.length);
  assert.equal(
    [0, 1, 179_999].map((at) => JSON.parse(records[at] ?? '').address),
    ['10.0.0.0', '10.0.0.1', '10.2.191.31'],
  );
  assert.equal(readdirSync(temp), []);
});

test('a folder that cannot be written to is one line that says what helps', async () => {
  const { exitCode, stderr } = await judge(many.join(''), '--temp', '/nowhere/at/all');
  assert.is(exitCode, 2);
  assert.match(stderr, /^error E_INPUT: nothing can be written to \/nowhere\/at\/all\n.*--temp FOLDER/m);
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} while replies lie on disk ends it with 1 and leaves nothing there`, async () => {
    const temp = mkdtempSync(join(tmpdir(), 'judge-'));
    const child = execa(process.execPath, [...command, '--temp', temp], { reject: false, timeout: 50_000 });
    for (const text of many) child.stdin.write(text);
    while (readdirSync(temp).length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill(signal);
    const { exitCode, timedOut } = await child;
    assert.not(timedOut);
    assert.is(exitCode, 1);
    assert.equal(readdirSync(temp), []);
  });
}

test.run();
