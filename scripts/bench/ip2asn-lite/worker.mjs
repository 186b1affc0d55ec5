// ip2asn-lite as measured by scripts/bench/ip2asn-lite.ts: one command a line on stdin, one line of JSON on stdout for each.
// JavaScript, so that plain Node runs it: memory and load times are those of the package and not of a TypeScript loader.
// Arguments: cache, file of IPv4 addresses, file of IPv6 addresses.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { createInterface } from 'node:readline';
import { loadTable } from 'ip2asn-lite';

const [cache, file4, file6] = process.argv.slice(2);

/** Strings that own their characters, as those that a parser or a driver makes: a piece of a longer string is slower to read. */
function lines(path) {
  const text = readFileSync(path, 'latin1').trimEnd();
  return text.split('\n').map((line) => Buffer.from(line, 'latin1').toString('latin1'));
}

/** Processor time of this thread: what the clock would show if the machine did nothing else. */
function seconds() {
  return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / 1e9;
}

function timed(run) {
  const begun = seconds();
  const sum = run();
  return { seconds: seconds() - begun, sum };
}

/** ASN and prefix text of each address, as pyasn gives them. */
function strings(addresses) {
  return timed(() => {
    let sum = 0;
    for (const address of addresses) {
      const match = table.lookup(address);
      if (match !== null) sum += match.asn + match.prefix.length;
    }
    return sum;
  });
}

function digest(addresses) {
  const answers = createHash('sha256');
  for (const address of addresses) {
    const match = table.lookup(address);
    answers.update(match === null ? '-\t-\n' : `${match.asn}\t${match.prefix}\n`);
  }
  return { sha256: answers.digest('hex') };
}

function integers(addresses) {
  const numbers = Uint32Array.from(addresses, toNumber);
  return timed(() => {
    let sum = 0;
    for (let i = 0; i < numbers.length; i++) sum += table.asn(numbers[i]) ?? 0;
    return sum;
  });
}

function batch(addresses) {
  const isIpv4 = isIPv4(addresses[0]);
  const input = isIpv4 ? Uint32Array.from(addresses, toNumber) : Buffer.concat(addresses.map(toBytes));
  const out = new Uint32Array(addresses.length);
  return timed(() => {
    if (isIpv4) table.lookupBatch(input, out);
    else table.lookupBatch6(input, out);
    return out[0];
  });
}

function toNumber(text) {
  return text.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

function toBytes(text) {
  const [head, tail = ''] = text.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  const groups = [...front, ...new Array(8 - front.length - back.length).fill('0'), ...back];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

/** Nanoseconds of one access that waits for the one before it, at random places of as many bytes: a cycle through all of them. */
function latency(bytes) {
  const next = new Uint32Array(bytes / 4);
  const order = Uint32Array.from(next, (_, i) => i);
  for (let i = order.length - 1; i > 0; i--) {
    const other = Math.floor(Math.random() * (i + 1));
    [order[i], order[other]] = [order[other], order[i]];
  }
  for (let i = 0; i < order.length; i++) next[order[i]] = order[(i + 1) % order.length];
  const steps = 3_000_000;
  let at = 0;
  const chase = () => {
    for (let i = 0; i < steps; i++) at = next[at];
    return at;
  };
  timed(chase);
  return { nanoseconds: (timed(chase).seconds / steps) * 1e9, sum: at };
}

/** What a lookup of IPv4 touches: the index of the table. */
function indexBytes() {
  const { starts, edges, asns, details } = table.parts.index4;
  return [starts, edges, asns, details].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

const before = process.memoryUsage.rss();
const begun = performance.now();
const table = await loadTable(cache);
const loading = (performance.now() - begun) / 1000;
const resident = process.memoryUsage.rss();
console.log(JSON.stringify({ seconds: loading, grown: resident - before, resident }));

const jobs = { strings, digest, integers, batch };
const families = new Map();
for await (const line of createInterface({ input: process.stdin })) {
  const [job, family] = line.split(' ');
  if (job === 'latency') {
    const bytes = indexBytes();
    console.log(JSON.stringify({ bytes, ...latency(bytes) }));
    continue;
  }
  if (!families.has(family)) families.set(family, lines(family === '4' ? file4 : file6));
  console.log(JSON.stringify(jobs[job](families.get(family))));
}
