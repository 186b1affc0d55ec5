// Builds one table and says what it took, for scripts/bench/ip2asn-lite-bird.ts. Plain Node runs it: the memory is the package's.
import { readFileSync } from 'node:fs';
import { buildTable } from 'ip2asn-lite';

function processorSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

const begun = performance.now();
const processor = processorSeconds();
let read = { seconds: 0, processor: 0, bytes: 0 };
const table = await buildTable({
  source: process.argv[2],
  onProgress(bytes) {
    read = { seconds: (performance.now() - begun) / 1000, processor: processorSeconds() - processor, bytes };
  },
});
const built = { seconds: (performance.now() - begun) / 1000, processor: processorSeconds() - processor };
const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
const sample = table.lookup(process.argv[3]);
console.log(JSON.stringify({ ...table.prefixCount, read, built, peak, sample }));
