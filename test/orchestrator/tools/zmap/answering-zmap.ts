import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../context.ts';

/**
 * Who answers in which passes, with what, and under which name where zmap's is a number that stands for it; targets that are not named
 * are silent.
 */
export type Answers = Record<string, { passes: number[]; classification?: string; as?: string }>;

/**
 * Stands in for zmap with the plug-in over IPv4 lists: walks its allowlist without its blocklist, keeps back what the table of opt-outs
 * has, writes replies and metadata, keeps its arguments and whom it sent to.
 */
const program = `
const { appendFileSync, readFileSync, writeFileSync } = require('node:fs');
const value = (flag) => process.argv[process.argv.indexOf(flag) + 1];
const numberOf = (text) => text.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
const textOf = (word) => [24, 16, 8, 0].map((shift) => (word >>> shift) & 255).join('.');
const listed = (path) => readFileSync(path, 'utf8').split('\\n').filter((line) => /^[0-9]/.test(line)).flatMap((line) => {
  const [first, length] = line.split('/');
  return Array.from({ length: 2 ** (32 - Number(length)) }, (_, index) => numberOf(first) + index);
});
const answers = JSON.parse(readFileSync(__dirname + '/answers.json', 'utf8'));
const blocked = new Set(listed(value('-b')));
const targets = listed(value('-w')).filter((word) => !blocked.has(word));
const table = process.env.MPTCP_SYNSCAN_OPT_OUTS ? readFileSync(process.env.MPTCP_SYNSCAN_OPT_OUTS) : null;
const ranges = Array.from({ length: table === null ? 0 : table.readUInt32BE(16) }, (_, n) => [32 + 8 * n, 36 + 8 * n]);
const optedOut = (word) => ranges.some(([first, last]) => word >= table.readUInt32BE(first) && word <= table.readUInt32BE(last));
const asked = targets.filter((word) => !optedOut(word));
const kept = targets.length - asked.length;
const list = process.env.MPTCP_SYNSCAN_KEPT_BACK;
if (list) writeFileSync(list, targets.filter(optedOut).map((word) => textOf(word) + '\\n').join(''));
const pass = Number(/,attempt=(\\d+)/.exec(process.argv.join(' '))?.[1] ?? 1);
const number = value('-f').split(',').includes('probe_num') ? { probe_num: pass - 1 } : {};
appendFileSync(__dirname + '/argv', process.argv.slice(2).join(' ') + '\\n');
if (targets.length === 0) process.exit(1);
appendFileSync(__dirname + '/asked', JSON.stringify(asked.map(textOf)) + '\\n');
const replies = asked.map(textOf).filter((target) => answers[target]?.passes.includes(pass));
writeFileSync(value('-o'), replies.map((target) => {
  const { classification = 'synack_no_option', as = target } = answers[target];
  return JSON.stringify({ ...answers.reply, ...number, target: as, sport: Number(value('-p')), classification }) + '\\n';
}).join(''));
writeFileSync(value('-m'), JSON.stringify({
  blacklist_total_allowed: targets.length, total_sent: targets.length, send_to_failures: 0, pcap_recv: replies.length,
  pcap_drop: 0, pcap_ifdrop: 0, success_total: replies.length, failure_total: 0,
  ...(table === null ? {} : { opted_out: kept, opted_out_packets: kept }),
}));
`;

/** A folder with such a zmap, to be put in front of PATH. `reply`: a line of zmap that the replies are made of. */
export async function fakeZmap(
  answers: Answers,
  reply: object,
): Promise<{ within: string[]; argv: string; asked: string }> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'zmap'), `#!${process.execPath}\n${program}`, { mode: 0o755 });
  await writeFile(join(folder, 'answers.json'), JSON.stringify({ ...answers, reply }));
  await writeFile(join(folder, 'argv'), '');
  return {
    within: ['env', `PATH=${folder}:${process.env.PATH}`],
    argv: join(folder, 'argv'),
    asked: join(folder, 'asked'),
  };
}
