import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { cli, finished, requireOneLine, shell } from './shell.ts';

const test = suite('commands/audit');

const Sampled = z.looseObject({
  label: z.literal(''),
  address: z.string(),
  port: z.int(),
  version: z.int(),
  verdict: z.string(),
  rules: z.array(z.strictObject({ name: z.string(), says: z.string() })),
  replies: z.array(
    z.strictObject({
      classification: z.string(),
      read: z.looseObject({ option: z.string().nullable() }).nullable(),
      reply: z.looseObject({
        address: z.string(),
        port: z.int(),
        probe: z.string(),
        tcp_options: z.string().nullable(),
      }),
    }),
  ),
  connection: z.looseObject({ address: z.string() }).nullable(),
});

const { folder, root } = await finished();
const sampled = await shell(`${cli} audit ${folder} --per-class 2`);
const lines = sampled.stdout
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => Sampled.parse(JSON.parse(line)));

test('each line has all replies of its endpoint, decoded, the rules that fired with their sentences, and an empty label', async () => {
  assert.is(sampled.exitCode, 0, sampled.stderr);
  assert.ok(lines.length > 2);
  for (const { address, port, replies, rules } of lines) {
    const { stdout } = await shell(`${cli} cat ${folder} scan --address ${address} | grep -c '"port":${port},'`);
    assert.ok(replies.length >= Number(stdout), `${address} ${port}`);
    assert.ok(replies.every(({ reply }) => reply.address === address && reply.port === port));
    assert.ok(rules.length > 0);
  }
  const offered = lines.flatMap(({ replies }) => replies).filter(({ reply }) => reply.tcp_options?.includes('1e0c'));
  assert.ok(offered.length > 0 && offered.every(({ read }) => read?.option?.startsWith('1e0c')));
  const connected = lines.filter(({ connection }) => connection !== null);
  assert.ok(connected.every(({ address, connection }) => connection?.address === address));
});

test('labels are read back: JSON as it was printed, with the bad lines kept', async () => {
  const file = join(root, 'labelled.ndjson');
  const text = lines.map((line, i) => `${JSON.stringify({ ...line, label: i === 0 ? '' : line.verdict })}\n`).join('');
  await writeFile(file, text);
  const { exitCode, stdout, stderr } = await shell(`${cli} audit ${folder} --labels ${file}`);
  assert.is(exitCode, 0, stderr);
  assert.match(stdout, 'Labels by hand against verdicts');
  assert.match(stdout, `Labelled: ${lines.length - 1} claims`);
  assert.match(stdout, /verdict and label agree .* 100\.00/);
  assert.match(stderr, '1 lines could not be used');
  const kept = (await readFile(`${file}.rejects.ndjson`, 'utf8')).trim();
  assert.is(JSON.parse(kept).reason, 'no label');
});

test('labels of another run are refused with the reason of the first', async () => {
  const file = join(root, 'other.csv');
  await writeFile(file, 'label,address,port,version\ncapable,198.19.255.254,80,1\n');
  const { exitCode, stderr } = await shell(`${cli} audit ${folder} --labels ${file}`);
  assert.is(exitCode, 2);
  requireOneLine(stderr, /line 2: the run has no such address, port and version/);
});

const refused: [args: string, says: RegExp][] = [
  [`${root}/nothing`, /holds no manifest.json/],
  [`${folder} --labels ${root}/nothing`, /cannot be read/],
];
for (const [args, says] of refused) {
  test(`audit ${args.split('/').at(-1)} is refused in a line`, async () => {
    const { exitCode, stderr } = await shell(`${cli} audit ${args}`);
    assert.is(exitCode, 2);
    requireOneLine(stderr, says);
  });
}

test('a sample of none is no sample', async () => {
  const { exitCode, stderr } = await shell(`${cli} audit ${folder} --per-class 0`);
  assert.is(exitCode, 2);
  assert.match(stderr, 'a number from 1 to 10000');
});

test.run();
