import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { writeAsked, writeReplies } from './records/replies.ts';

/**
 * What records cost: processor time to decode a reply, and a name, against an older commit in the same run, in alternating pairs, and bytes
 * on disk. The older one did not compress its raw files: the ratio is that without compression, and what compression adds is stated.
 * Exit 1 when the median of the replies' ratios, or a size, is over its mark. Usage: node --import tsx scripts/bench/records.ts [REPLIES] [NAMES] [PAIRS]
 */
const replies = Number(process.argv[2] ?? 300_000);
const names = Number(process.argv[3] ?? 300_000);
const pairs = Number(process.argv[4] ?? 3);
/** Records as NDJSON, each line checked and written by itself. */
const peer = '9ab1219';
const most = { reply: 0.35, replyRecord: 100, replyRaw: 300, name: 100 };

const Cost = z.object({
  rows: z.int(),
  microseconds: z.number(),
  peak: z.number(),
  record: z.number(),
  raw: z.number(),
  digest: z.string(),
});
type Cost = z.infer<typeof Cost>;

const here = join(import.meta.dirname, '../..');
const one = join(import.meta.dirname, 'records/one.ts');
const folder = await mkdtemp(join(tmpdir(), 'bench-records-'));
const older = join(folder, 'peer');
const files = { reply: join(folder, 'replies'), asked: join(folder, 'asked'), name: join(folder, 'names') };

/** `asked`: the same replies with the fields that a census asks for now; the older commit asked for all. */
type What = keyof typeof files;

async function decode(checkout: string, what: What, packing: 'packed' | 'plain'): Promise<Cost> {
  const kind = what === 'asked' ? 'reply' : what;
  const args = ['--import', 'tsx', one, checkout, kind, files[what], folder, packing];
  const { stdout } = await execa('node', args, { cwd: here });
  return Cost.parse(JSON.parse(stdout));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

interface Compared {
  ours: Cost[];
  theirs: Cost[];
  ratio: number;
}

async function compare(what: 'reply' | 'name'): Promise<Compared> {
  const [ours, theirs]: [Cost[], Cost[]] = [[], []];
  for (let pair = 0; pair < pairs; pair += 1) {
    ours.push(await decode(here, what, 'plain'));
    theirs.push(await decode(older, what, 'plain'));
  }
  const ratio = median(ours.map(({ microseconds }, at) => microseconds / (theirs[at]?.microseconds ?? Number.NaN)));
  return { ours, theirs, ratio };
}

const shown = (costs: readonly Cost[]) => median(costs.map(({ microseconds }) => microseconds)).toFixed(1);

try {
  await execa('git', ['worktree', 'add', '--detach', older, peer], { cwd: here });
  await symlink(join(here, 'node_modules'), join(older, 'node_modules'));
  await writeReplies(files.reply, replies);
  await writeAsked(files.asked, files.reply);
  const line = (n: number) =>
    `{"line":${n},"text":"${n},name${(Math.imul(n, 2654435761) >>> 0).toString(36)}.example"}\n`;
  await writeFile(files.name, Array.from({ length: names }, (_, n) => line(n + 1)).join(''));
  const reply = await compare('reply');
  const asked = await decode(here, 'asked', 'plain');
  const packed = await decode(here, 'reply', 'packed');
  const name = await compare('name');
  const shorter = asked.microseconds / median(reply.theirs.map(({ microseconds }) => microseconds));
  const bytes = { reply: reply.ours[0]?.record ?? Number.NaN, name: name.ours[0]?.record ?? Number.NaN };
  console.log(`${replies} replies, ${names} names, ${availableParallelism()} processors, processor time`);
  console.log(
    `reply: ${reply.ratio.toFixed(2)} of ${peer}: ${shown(reply.ours)} us, there ${shown(reply.theirs)}; ${packed.microseconds.toFixed(1)} with its raw line compressed. ${bytes.reply.toFixed(1)} bytes as a record, ${packed.raw.toFixed(1)} in raw/; peak ${packed.peak.toFixed(0)} MB`,
  );
  console.log(
    `       ${shorter.toFixed(2)} with the fields that a census asks for: ${asked.microseconds.toFixed(1)} us, ${asked.raw.toFixed(0)} of ${(reply.ours[0]?.raw ?? Number.NaN).toFixed(0)} bytes a line`,
  );
  console.log(
    `name:  ${name.ratio.toFixed(2)} of ${peer}: ${shown(name.ours)} us, there ${shown(name.theirs)}. ${bytes.name.toFixed(1)} bytes as a record`,
  );
  const missed = [
    asked.digest === reply.ours[0]?.digest ? '' : 'the fields that a census asks for give the same records',
    reply.ratio > most.reply ? `a reply takes at most ${most.reply} of ${peer}` : '',
    bytes.reply > most.replyRecord ? `a reply's record has at most ${most.replyRecord} bytes` : '',
    packed.raw > most.replyRaw ? `a reply's raw line at most ${most.replyRaw}` : '',
    bytes.name > most.name ? `a name at most ${most.name}` : '',
  ].filter((sentence) => sentence !== '');
  for (const sentence of missed) console.log(`missed: ${sentence}`);
  process.exitCode = missed.length === 0 ? 0 : 1;
} finally {
  await execa('git', ['worktree', 'remove', '--force', older], { cwd: here, reject: false });
  await rm(folder, { recursive: true, force: true });
}
