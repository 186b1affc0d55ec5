import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { Config } from '../../orchestrator/config/config.ts';
import { searchPath } from '../../orchestrator/core/process/launch.ts';
import { isAsleep } from '../../orchestrator/core/process/watch.ts';
import type { Endpoint } from '../../orchestrator/roles.ts';
import { captureFile, captureFilter, hasRead } from '../../orchestrator/tools/wget/capture.ts';
import { fetchCommand } from '../../orchestrator/tools/wget/fetch.ts';
import { heldFile } from '../../orchestrator/tools/wget/hold.ts';
import { wget } from '../../orchestrator/tools/wget/tool.ts';
import { decodeAll, makeContext } from '../../test/orchestrator/tools/context.ts';
import { isRoot, withPair } from '../../test/orchestrator/tools/namespace.ts';

/**
 * The connector against wget one by one, over genuine MPTCP servers in namespaces without a route out, in the same run: pages without a
 * hold; the same with a capture, tshark and records; connections that are held for 5 s; memory. Exit 1 below a mark.
 * Usage: node --import tsx scripts/bench/connector.ts [PAGES [HELD]]
 */
const [pages = 10_000, held = 50_000] = process.argv.slice(2).map(Number);
const marks = { pages: 20, whole: 6, perSecond: 5000 };
const HOLD = 5;
/** Connections at once take more files than a process may have here: so many share them. */
const SHARES = 2;

const config = Config.parse({ lab: true, lab_ranges: ['198.18.0.0/15'], targets: { prefixes: ['198.19.0.0/16'] } });
const addressOf = (at: number) => `198.19.${(at >> 8) & 255}.${at & 255}`;
const rows = (count: number): Endpoint[] =>
  Array.from({ length: count }, (_, at) => ({ address: addressOf(at), port: 80, host: null }));

function nginxConfig(folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (one) => `${one}_temp_path ${folder}/${one};`,
  );
  return `daemon off; worker_processes 4; worker_rlimit_nofile 19000; pid ${folder}/pid; error_log stderr crit;
events { worker_connections 18000; }
http { access_log off; ${temporary.join(' ')} client_header_timeout 120; keepalive_timeout 120;
 server { listen 80 reuseport backlog=65535; location / { return 200 "hello\\n"; } } }
`;
}

async function serve(target: string, folder: string): Promise<ChildProcess> {
  const inside = (...argv: string[]) => execa('ip', ['netns', 'exec', target, ...argv]);
  await execa('ip', ['-n', target, 'route', 'add', 'local', '198.19.0.0/16', 'dev', 'lo']);
  await inside('sysctl', '-qw', 'net.core.somaxconn=65535', 'net.ipv4.tcp_max_syn_backlog=65535');
  await writeFile(join(folder, 'nginx.conf'), nginxConfig(folder));
  const words = ['netns', 'exec', target, 'mptcpize', 'run', 'nginx', '-c', join(folder, 'nginx.conf')];
  const server = spawn('ip', words, { stdio: ['ignore', 'ignore', 'inherit'] });
  while ((await inside('ss', '-Hltn', 'sport', '80')).stdout === '');
  return server;
}

/** Hosts per second, each with a wget of its own, one after the other. */
async function oneByOne(scanner: string, count: number): Promise<number> {
  const began = performance.now();
  for (const row of rows(count)) {
    const { args } = fetchCommand(row, config, { first: 61_002, last: 61_100, next: 61_002 });
    // One page, and none of our own library: what a script would run.
    const words = ['mptcpize', 'run', 'wget', '-q', '-O', '/dev/null', args.at(-1) ?? ''];
    await execa('ip', ['netns', 'exec', scanner, ...words]);
  }
  return count / ((performance.now() - began) / 1000);
}

interface Took {
  /** From the first SYN to the last. */
  starting: number;
  seconds: number;
  lines: string[];
  /** Each process's own words. */
  said: string[];
}

/** One connector over its share of the endpoints. */
async function connect(scanner: string, own: Endpoint[], way: string, words: string[]) {
  const options = {
    env: { PATH: searchPath() },
    input: `${own.map(({ address }) => `${address}\t80\t-\t${way}\n`).join('')}.\n`,
  };
  const argv = ['netns', 'exec', scanner, 'mptcp-connect', ...words];
  const { stdout, stderr } = await execa('ip', argv, { ...options, maxBuffer: 1 << 30 });
  return { lines: stdout.split('\n'), said: stderr };
}

async function connectAll(
  scanner: string,
  endpoints: Endpoint[],
  way: string,
  words: string[],
  shares = 1,
): Promise<Took> {
  const began = performance.now();
  const each = await Promise.all(
    Array.from({ length: shares }, (_, share) => {
      const own = endpoints.filter((_, at) => at % shares === share);
      const ports = `${61_002 + share * 250}-${61_251 + share * 250}`;
      return connect(scanner, own, way, ['--ports', ports, '--share', String(shares), ...words]);
    }),
  );
  const lines = each.flatMap((one) => one.lines);
  const starts = lines.map((line) => Number(JSON.parse(line).began)).sort((a, b) => a - b);
  const starting = (starts.at(-1) ?? 0) - (starts[0] ?? 0);
  return { starting, seconds: (performance.now() - began) / 1000, lines, said: each.map(({ said }) => said) };
}

/** The same with all that a record takes: a capture, and tshark over it. `genuine`: records that show MPTCP. */
async function wholeWay(scanner: string, count: number, folder: string): Promise<{ pace: number; genuine: number }> {
  const filter = captureFilter([80], { ports: [61_002, 61_251], addresses: [] });
  const began = performance.now();
  const dumpcap = spawn('ip', [
    'netns',
    'exec',
    scanner,
    'dumpcap',
    '-q',
    '-p',
    '-i',
    's0',
    '-s',
    '120',
    '-B',
    '64',
    '-f',
    filter,
    '-w',
    join(folder, captureFile),
  ]);
  while (!String(await once(dumpcap.stderr, 'data')).includes('File: '));
  const { lines } = await connectAll(scanner, rows(count), 'http', ['--hold', '0']);
  const connecting = (performance.now() - began) / 1000;
  if (!(await hasRead({ isAsleep: () => isAsleep(dumpcap.pid) }))) throw new Error('the capture does not read');
  dumpcap.kill('SIGINT');
  await once(dumpcap, 'exit');
  await writeFile(join(folder, heldFile), lines.map((line) => `${line}\n`).join(''));
  await writeFile(join(folder, 'wget.ndjson'), '');
  const { records, rejects } = await decodeAll(wget, await makeContext({ rows: rows(count), config, folder }));
  const seconds = (performance.now() - began) / 1000;
  const genuine = records.filter(
    ({ fallback, http_status_on }) => fallback === false && http_status_on === null,
  ).length;
  console.log(
    `  ${records.length} records, ${genuine} in MPTCP, ${rejects.length} rejected; ${connecting.toFixed(1)} s connecting, ${(seconds - connecting).toFixed(1)} s reading`,
  );
  return { pace: count / seconds, genuine };
}

const perSecond = (value: number) => `${value.toFixed(0)}/s`;

async function measure(scanner: string, folder: string): Promise<boolean> {
  const before = await oneByOne(scanner, 200);
  const fast = await connectAll(scanner, rows(pages), 'http', ['--hold', '0']);
  const answered = fast.lines.filter((line) => line.includes('"status":200')).length;
  const after = await oneByOne(scanner, 200);
  const peer = Math.max(before, after);
  const ratio = pages / fast.seconds / peer;
  console.log(`wget one by one ${perSecond(before)} and ${perSecond(after)}`);
  console.log(
    `connector, page and no hold: ${answered} of ${pages} answered, ${perSecond(pages / fast.seconds)}: ${ratio.toFixed(1)} times (${marks.pages})`,
  );
  const { pace: wholePace, genuine } = await wholeWay(scanner, pages, folder);
  const whole = wholePace / peer;
  console.log(`with a capture, tshark and records: ${whole.toFixed(1)} times (${marks.whole})`);
  const few = await connectAll(scanner, rows(1000), 'hold', ['--hold', String(HOLD)]);
  console.log(`1,000 held ${HOLD} s: ${few.said.join('').trim()}`);
  const rate = ['--rate', String((1.2 * marks.perSecond) / SHARES)];
  const many = await connectAll(scanner, rows(held), 'hold', ['--hold', String(HOLD), ...rate], SHARES);
  const kept = many.lines.filter((line) => line.includes('"hold_ended_by":"us"')).length;
  const plain = many.lines.filter((line) => line.includes('"mptcp_at_start":false')).length;
  const pace = held / many.starting;
  console.log(
    `${held} held ${HOLD} s: ${kept} to the end, ${plain} without a token, begun at ${perSecond(pace)} (${marks.perSecond}), all in ${many.seconds.toFixed(1)} s`,
  );
  console.log(`  ${many.said.join('  ').trim()}`);
  const inFull = kept === held && answered === pages && genuine === pages;
  return ratio >= marks.pages && whole >= marks.whole && pace >= marks.perSecond && inFull;
}

if (!isRoot) {
  console.log('SKIP connector: network namespaces need root');
  process.exit();
}
const folder = await mkdtemp(join(tmpdir(), 'bench-connector-'));
try {
  await withPair('bench-connector', async (scanner, target) => {
    const server = await serve(target, folder);
    try {
      if (!(await measure(scanner, folder))) process.exitCode = 1;
    } finally {
      server.kill('SIGTERM');
      await once(server, 'exit');
    }
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}
