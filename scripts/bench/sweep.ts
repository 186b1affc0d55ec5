import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { z } from 'zod';
import { temporaryFolder } from '../../test/orchestrator/tools/context.ts';
import { withPair } from '../../test/orchestrator/tools/namespace.ts';

/**
 * How fast mptcp-sweep sends, and whether it reads what comes back meanwhile: SYNs of TTL 1 to 24 to TARGETS addresses behind a router that
 * answers each with a time exceeded, in namespaces without a route out. Exit 1 below the mark, or when an answer is lost. Needs root.
 * Usage: node --import tsx scripts/bench/sweep.ts [TARGETS]
 */
const targets = Number(process.argv[2] ?? 2000);
const mark = 20_000;
const ttls = 24;
const program = fileURLToPath(new URL('../../zmap-module/build/mptcp-sweep', import.meta.url));

const Counts = z.looseObject({ sent: z.int(), answers: z.int(), kernel_dropped: z.int(), milliseconds: z.int() });

const ended = await withPair('bench', async (scanner, router) => {
  const inside = async (name: string, ...command: string[]) => await execa('ip', ['netns', 'exec', name, ...command]);
  const limits = ['icmp_ratelimit=0', 'icmp_msgs_per_sec=10000000', 'icmp_msgs_burst=10000000', 'ip_forward=1'];
  await inside(router, 'sysctl', '-qw', ...limits.map((limit) => `net.ipv4.${limit}`));
  // TTL 1 expires here; what goes on is led back to the scanner, which drops it.
  await execa('ip', ['-n', router, 'route', 'add', '198.18.128.0/17', 'via', '198.18.0.2']);
  await inside(scanner, 'sysctl', '-qw', 'net.ipv4.ip_forward=0');
  const folder = await temporaryFolder();
  const [secret, lines, counts] = ['secret', 'lines', 'counts'].map((name) => join(folder, name));
  if (secret === undefined || lines === undefined || counts === undefined) throw new Error('no folder');
  await writeFile(secret, '0'.repeat(32));
  const addresses = Array.from({ length: targets }, (_, n) => `198.18.${128 + (n >> 8)}.${n & 255} 80 v1\n`);
  await writeFile(lines, addresses.join(''));
  const args = [
    '--secret-file',
    secret,
    '--rate',
    '1000000',
    '--each',
    '1000000',
    '--ttl',
    `1-${ttls}`,
    '--passes',
    '1',
  ];
  await execa('ip', ['netns', 'exec', scanner, program, ...args, '--wait', '1000', '--counts', counts], {
    stdin: { file: lines },
    stdout: { file: join(folder, 'answers') },
    stderr: 'ignore',
  });
  return Counts.parse(JSON.parse(await readFile(counts, 'utf8')));
});

const seconds = (ended.milliseconds - 1000) / 1000;
const rate = Math.round(ended.sent / seconds);
const verdict = rate >= mark && ended.kernel_dropped === 0;
console.log(
  `${verdict ? 'ok' : 'BELOW'}  sweep: ${rate} packets/s sent, ${ended.answers} answers read meanwhile, ${ended.kernel_dropped} lost; mark ${mark}/s`,
);
process.exitCode = verdict ? 0 : 1;
