import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * Plays a role of a census without a packet: units as NDJSON on stdin, records on stdout, the same for the same unit. Where the folder
 * holds a file `kill-ROLE`, it ends the census that started it with SIGKILL after some of its records, once.
 * Usage: node program.mjs ROLE FOLDER; FOLDER/templates.json holds a record of each role
 */
const [role = '', folder = ''] = process.argv.slice(2);
const { addresses, ...templates } = JSON.parse(readFileSync(`${folder}/templates.json`, 'utf8'));
const marker = `${folder}/kill-${role}`;
const census = process.ppid;

const addressOf = (n) => `240.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
function numberOf(address) {
  const [, a = 0, b = 0, c = 0] = address.split('.').map(Number);
  return (a << 16) | (b << 8) | c;
}
const keyOf = (address) => createHash('sha256').update(address).digest('hex').slice(0, 16);
/** One address in 22 is silent, one in 1,200 of the others speaks MPTCP. */
const isSilent = (n) => n % 22 === 0;
const isCapable = (n) => n % 1200 === 7;

function repliesOf(target) {
  const n = numberOf(target);
  if (isSilent(n)) return [];
  const options_mptcp = isCapable(n) ? [`1e0c0101${keyOf(target)}`] : [];
  const shows = { options_mptcp, option: options_mptcp[0] ?? null, ...(isCapable(n) ? templates.shows : {}) };
  return [
    { ...templates.scan, ...shows, address: target },
    { ...templates.scan, ...templates.scan_v0, address: target },
  ];
}

const answers = {
  // One name in 14 has no address.
  resolve: ({ name }) => {
    const n = Number(/\d+/.exec(name)?.[0]);
    return n % 14 === 3 ? [] : [{ ...templates.resolve, name, addresses: [addressOf(n % addresses)] }];
  },
  scan: ({ target }) => repliesOf(target),
  // One opinion each way: the same reply once more, and a plain SYN's.
  confirm: ({ address }) => templates.opinions.map((opinion) => ({ ...repliesOf(address)[0], ...opinion })),
};
const answer = answers[role] ?? (({ address }) => [{ ...templates[role], address }]);

let left = existsSync(marker) ? 20 : Number.POSITIVE_INFINITY;
let batch = '';
for await (const line of createInterface({ input: process.stdin })) {
  for (const record of answer(JSON.parse(line))) batch += `${JSON.stringify(record)}\n`;
  left -= 1;
  if (left === 0) break;
  if (batch.length < 1 << 16) continue;
  if (!process.stdout.write(batch)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  batch = '';
}
process.stdout.write(batch);
/** One kill a start: of stand-ins side by side, the one that gets the token of their census. */
function takesToken() {
  try {
    renameSync(`${folder}/token-${census}`, `${folder}/token-taken`);
    return true;
  } catch {
    return false;
  }
}

if (left !== Number.POSITIVE_INFINITY) {
  if (takesToken()) {
    rmSync(marker);
    process.kill(census, 'SIGKILL');
  }
  // What was printed is not all: this must not end while anyone believes it.
  while (process.ppid === census) await new Promise((resolve) => setTimeout(resolve, 20));
}
