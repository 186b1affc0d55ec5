import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { openTable, saveTable, type Table } from 'ip2asn-lite';
import { type Answer, Contestant } from './ip2asn-lite/contestant.ts';
import { type Line, lookAtLoad, median, saidOfLoad, verdictOf } from './ip2asn-lite/verdict.ts';

/**
 * ip2asn-lite against pyasn: the same million addresses of each family, the same table (RouteViews of 2015-11-01, as Debian's
 * python3-pyasn carries it), one run, alternating, medians. Lookups are timed by the processor time of the thread that does them; loads
 * by the clock. What else runs on the machine still takes caches and memory away, and the faster side loses more by it: a ratio is
 * missed only when no round reached it, and on a busy machine none is. Exit 1 when a required ratio is missed or an answer differs.
 * Usage: node --import tsx scripts/bench/ip2asn-lite.ts [ROUNDS]
 */
const rounds = Number(process.argv[2] ?? 7);
const addresses = 1_000_000;
const source = '/usr/lib/python3/dist-packages/data/ipasn6_20151101.dat.gz';
const python = '/usr/bin/python3';
const here = join(import.meta.dirname, 'ip2asn-lite');

const million = (rate: number): string => `${(rate / 1e6).toFixed(2)} M/s`;

/** Runs both of a pair, ours first in every other round, so that a machine that changes its speed favours neither. */
async function pair<T>(round: number, ours: () => Promise<T>, theirs: () => Promise<T>): Promise<[T, T]> {
  if (round % 2 === 0) return [await ours(), await theirs()];
  const late = await theirs();
  return [await ours(), late];
}

async function compareRates(
  ours: Contestant,
  theirs: Contestant,
  job: string,
  against: string,
): Promise<[number, number][]> {
  const rate = async (who: Contestant, what: string): Promise<number> =>
    addresses / Number((await who.ask(what)).seconds);
  for (let warm = 0; warm < 2; warm++) await ours.ask(job);
  const rates: [number, number][] = [];
  for (let round = 0; round < rounds; round++) {
    lookAtLoad();
    rates.push(
      await pair(
        round,
        () => rate(ours, job),
        () => rate(theirs, against),
      ),
    );
  }
  return rates;
}

function rateLine(name: string, rates: [number, number][], due: string, required: number | null): Line {
  const [ours, theirs] = [median(rates.map(([rate]) => rate)), median(rates.map(([, rate]) => rate))];
  return {
    name,
    ours: million(ours),
    theirs: million(theirs),
    ratios: rates.map(([a, b]) => a / b),
    timed: true,
    due,
    required,
  };
}

/** Loads in processes of their own: what a program that starts pays, and what it then holds. */
async function compareLoads(ourCommand: string[], theirCommand: string[]): Promise<Line[]> {
  const load = async (command: string[]): Promise<Answer> => {
    const contestant = new Contestant(command);
    const answer = await contestant.answer();
    await contestant.end();
    return answer;
  };
  const loads: [Answer, Answer][] = [];
  for (let round = 0; round < rounds; round++) {
    lookAtLoad();
    loads.push(
      await pair(
        round,
        () => load(ourCommand),
        () => load(theirCommand),
      ),
    );
  }
  const line = (name: string, key: string, unit: [number, string], due: string, required: number | null): Line => {
    const shown = (side: 0 | 1): string =>
      `${(median(loads.map((both) => Number(both[side][key]))) * unit[0]).toFixed(1)} ${unit[1]}`;
    const ratios = loads.map(([a, b]) => Number(b[key]) / Number(a[key]));
    return { name, ours: shown(0), theirs: shown(1), ratios, timed: key === 'seconds', due, required };
  };
  return [
    line('load (cache; pyasn: .dat)', 'seconds', [1000, 'ms'], '>= 10x', 10),
    line('memory that the table adds', 'grown', [1e-6, 'MB'], '> 1x', 1),
    line('memory of the whole process', 'resident', [1e-6, 'MB'], '', null),
  ];
}

function report(lines: readonly Line[]): boolean {
  const rows = lines.map((line) => {
    const { name, ours, theirs, ratios, due } = line;
    const ratio = median(ratios);
    const verdict = verdictOf(line);
    return [
      name,
      ours,
      theirs,
      `${ratio.toFixed(1)}x`,
      `${Math.min(...ratios).toFixed(1)} to ${Math.max(...ratios).toFixed(1)}`,
      due,
      verdict,
    ];
  });
  const table = [['', 'ip2asn-lite', 'pyasn', 'median', 'range', 'due', ''], ...rows];
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  for (const row of table)
    console.log(
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  return rows.every((row) => row.at(-1) !== 'MISSED');
}

/** The limit: a lookup goes to the start of its block, to the edges and to the answer, each place known only after the one before. */
async function reportLimit(ours: Contestant, integers: number, batch: number): Promise<void> {
  const { nanoseconds, bytes } = await ours.ask('latency 4');
  const [access, one, many] = [Number(nanoseconds), 1e9 / integers, 1e9 / batch];
  const limit = 3 * access;
  console.log(
    `\nLimit: one access that waits for the one before it takes ${access.toFixed(1)} ns in the ${(Number(bytes) / 1e6).toFixed(1)} MB of the IPv4 index;`,
  );
  console.log(`three of them ${limit.toFixed(1)} ns (${million(1e9 / limit)}), when no lookup overlaps another.`);
  console.log(
    `Integers take ${one.toFixed(1)} ns (${(one / limit).toFixed(2)} of that), batches ${many.toFixed(1)} ns (${(many / limit).toFixed(2)}): below 1, the processor overlaps lookups.`,
  );
}

/** Random IPv4; IPv6 of which nine in ten lie within a prefix of the table. */
async function writeAddresses(table: Table, folder: string): Promise<[string, string]> {
  const ipv4 = Array.from({ length: addresses }, () =>
    Array.from({ length: 4 }, () => Math.floor(Math.random() * 256)).join('.'),
  );
  const prefixes = (await readSource()).filter((line) => line.includes(':')).map((line) => line.split('\t')[0] ?? '');
  const group = (): string => Math.floor(Math.random() * 65536).toString(16);
  const ipv6 = Array.from({ length: addresses }, (_, i) => {
    const [start = '', length = ''] = (prefixes[Math.floor(Math.random() * prefixes.length)] ?? '').split('/');
    const front =
      start
        .split('::')[0]
        ?.split(':')
        .slice(0, Math.ceil(Number(length) / 16)) ?? [];
    const head = i % 10 === 0 ? ['2001', group()] : front;
    return [...head, ...Array.from({ length: 8 - head.length }, group)].join(':');
  });
  const hits = ipv6.filter((address) => table.asn(address) !== null).length;
  console.log(
    `${addresses} random IPv4 addresses, ${addresses} IPv6 addresses of which ${hits} are routed, ${rounds} alternating rounds`,
  );
  const files: [string, string] = [join(folder, 'ipv4'), join(folder, 'ipv6')];
  await writeFile(files[0], ipv4.join('\n'));
  await writeFile(files[1], ipv6.join('\n'));
  return files;
}

async function readSource(): Promise<string[]> {
  return gunzipSync(await readFile(source))
    .toString('latin1')
    .split('\n');
}

async function bench(folder: string): Promise<boolean> {
  const cache = join(folder, 'cache');
  const dat = join(folder, 'table.dat');
  const table = await openTable(source);
  await saveTable(table, cache);
  await writeFile(dat, gunzipSync(await readFile(source)));
  console.log(
    `ip2asn-lite against pyasn, ${cpus()[0]?.model}, ${availableParallelism()} CPUs, Node ${process.version}`,
  );
  const files = await writeAddresses(table, folder);
  const ourCommand = ['node', join(here, 'worker.mjs'), cache, ...files];
  const theirCommand = [python, join(here, 'peer.py'), dat, ...files];
  const loads = await compareLoads(ourCommand, theirCommand);
  const [ours, theirs] = [new Contestant(ourCommand), new Contestant(theirCommand)];
  await Promise.all([ours.answer(), theirs.answer()]);
  const same = [];
  for (const family of ['4', '6']) {
    const digests = await Promise.all([ours.ask(`digest ${family}`), theirs.ask(`digest ${family}`)]);
    same.push(digests[0].sha256 === digests[1].sha256);
    console.log(`IPv${family}: ASN and prefix of all ${addresses} answers ${same.at(-1) ? 'are the same' : 'DIFFER'}`);
  }
  const strings4 = await compareRates(ours, theirs, 'strings 4', 'strings 4');
  const strings6 = await compareRates(ours, theirs, 'strings 6', 'strings 6');
  const integers = await compareRates(ours, theirs, 'integers 4', 'strings 4');
  const batch = await compareRates(ours, theirs, 'batch 4', 'strings 4');
  const lines = [
    // the range of medians over many runs on a quiet machine; its lower end is due
    rateLine('IPv4 strings: ASN and prefix', strings4, '7.7 to 8.8x', 7.7),
    rateLine('IPv6 strings: ASN and prefix', strings6, '3.9 to 4.3x', 3.9),
    rateLine('IPv4 integers: ASN (pyasn: strings)', integers, '>= 15x', 15),
    rateLine('IPv4 batch: ASN (pyasn: strings)', batch, '>= 15x', 15),
    rateLine('IPv6 batch: ASN (pyasn: strings)', await compareRates(ours, theirs, 'batch 6', 'strings 6'), '', null),
    ...loads,
  ];
  console.log('');
  const reached = report(lines);
  console.log(saidOfLoad());
  await reportLimit(ours, median(integers.map(([rate]) => rate)), median(batch.map(([rate]) => rate)));
  await Promise.all([ours.end(), theirs.end()]);
  return reached && same.every(Boolean);
}

if (existsSync(source)) {
  const folder = await mkdtemp(join(tmpdir(), 'ip2asn-bench-'));
  try {
    process.exitCode = (await bench(folder)) ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
} else {
  console.log(`SKIP ip2asn-lite against pyasn: no ${source} (apt-get install python3-pyasn)`);
}
