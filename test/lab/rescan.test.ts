// needs: root
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { accounted } from '../../orchestrator/core/folder/entries.ts';
import { readManifest } from '../../orchestrator/core/folder/manifest.ts';
import { cliWords } from '../cli-words.ts';
import { addKernelServers, gatewayMac, inLab, type Lab } from '../zmap-module/lab.ts';
import { reportRows } from './released.ts';

const test = suite('a census that scans twice');

const cli = (...args: string[]) => execa(process.execPath, [...cliWords, ...args], { reject: false });

/** Nothing but both scans sends a SYN: each address gets one of each, and no other stage takes what is the second scan's. */
async function census(lab: Lab, name: string): Promise<string> {
  const at = (file: string) => join(lab.folder, file);
  const config = {
    ...{ lab: true, lab_ranges: ['198.18.0.0/15'], seed: 1, targets: { prefixes: ['198.18.0.0/25'] } },
    scan: { versions: [1], rate: 1000, retries: 0, cooldown: '2s', interface: 's0', gateway_mac: gatewayMac },
    ...{ confirm: false, handshake: { tool: { command: ['cat', '/dev/null'] } }, path: { ping: false } },
    rescan: 1,
  };
  await writeFile(at('census.yaml'), JSON.stringify(config));
  const words = ['ip', 'netns', 'exec', lab.scanner, process.execPath, ...cliWords];
  const [program = '', ...args] = [...words, 'run', '-c', at('census.yaml'), at(name)];
  const { exitCode, all } = await execa(program, args, { reject: false, all: true, timeout: 120_000 });
  assert.is(exitCode, 0, all);
  return at(name);
}

/** The square of a run, without what is 0: first verdict, second verdict, endpoints. */
async function squareOf(folder: string): Promise<Record<string, number>> {
  const rows = await reportRows(join(folder, 'report', 'rescan_pairs.csv'));
  const cells = rows.flatMap(({ version: _, port: __, first, ...seconds }) =>
    Object.entries(seconds).map(([second, n]): [string, number] => [`${first} ${second}`, Number(n)]),
  );
  return Object.fromEntries(cells.filter(([, n]) => n > 0));
}

/** What stands in the way of SYNs and SYN/ACKs of some addresses: `numgen` counts for each by itself. */
const noise: [first: number, last: number, chain: string, rule: string][] = [
  // The second SYN finds the port closed; or is lost; or the first one was.
  [1, 8, 'i', 'ip daddr A tcp flags & (syn | ack) == syn numgen inc mod 2 == 1 reject with tcp reset'],
  [9, 14, 'i', 'ip daddr A tcp flags & (syn | ack) == syn numgen inc mod 2 == 1 drop'],
  [15, 18, 'i', 'ip daddr A tcp flags & (syn | ack) == syn numgen inc mod 2 == 0 drop'],
  // Behind an address stand two backends, of which one lacks MPTCP.
  [19, 23, 'o', 'ip saddr A tcp flags & (syn | ack) == (syn | ack) numgen inc mod 2 == 1 reset tcp option mptcp'],
  // What is wrong both times is no noise: never an answer, always without the option.
  [24, 30, 'i', 'ip daddr A drop'],
  [31, 40, 'o', 'ip saddr A tcp flags & (syn | ack) == (syn | ack) reset tcp option mptcp'],
];

async function addNoise(lab: Lab): Promise<void> {
  const rulesOf = (chain: string) =>
    noise.flatMap(([first, last, of, rule]) => {
      if (of !== chain) return [];
      const addresses = Array.from({ length: last - first + 1 }, (_, n) => `198.18.0.${first + n}`);
      return addresses.map((address) => rule.replace('A', address));
    });
  const chain = (name: string, hook: string) =>
    `chain ${name} {\ntype filter hook ${hook} priority 0\n${rulesOf(name).join('\n')}\n}`;
  const input = `table inet noise {\n${chain('i', 'input')}\n${chain('o', 'output')}\n}\n`;
  await execa('ip', ['netns', 'exec', lab.target, 'nft', '-f', '-'], { input });
}

test('what it prints is what stood there: full agreement of a quiet net, and the noise that was planted', () =>
  inLab('rescan', async (lab) => {
    await addKernelServers(lab);
    const quiet = await census(lab, 'quiet');
    assert.equal(await squareOf(quiet), { 'capable capable': 128 });
    const [all] = await reportRows(join(quiet, 'report', 'rescan.csv'));
    assert.equal([all?.verdict, all?.agreement, all?.interval], ['any answer', '100.00', '97.09 to 100.00\u00a0%']);

    await addNoise(lab);
    const noisy = await census(lab, 'noisy');
    assert.equal(await squareOf(noisy), {
      'capable refused': 8,
      'capable silent': 6,
      'silent capable': 4,
      'capable not_offered': 5,
      'silent silent': 7,
      'not_offered not_offered': 10,
      'capable capable': 88,
    });
    const rows = await reportRows(join(noisy, 'report', 'rescan.csv'));
    const of = (verdict: string) => {
      const row = rows.find((one) => one.verdict === verdict);
      return [row?.first, row?.second, row?.same, row?.agreement];
    };
    assert.equal(of('any answer'), ['121', '121', '98', '80.99']);
    assert.equal(of('capable'), ['107', '92', '88', '82.24']);
    assert.equal(of('not_offered'), ['10', '15', '10', '100.00']);
    assert.equal(of('silent'), ['11', '13', '7', '63.64']);

    // A purge takes the party out of both scans, and a replay of what is left gives the same.
    assert.is((await cli('purge', '198.18.0.14/31', noisy)).exitCode, 0);
    const square = await squareOf(noisy);
    assert.equal([square['capable silent'], square['silent capable'], square['silent silent']], [5, 3, 7]);
    const counts = (await readManifest(noisy))?.stages.rescan?.counts;
    assert.equal([counts && accounted(counts), counts?.skipped.purged], [128, 2]);
    for (const words of [
      ['replay', noisy],
      ['verify', noisy],
    ]) {
      const { exitCode, stdout, stderr } = await cli(...words);
      assert.is(exitCode, 0, stdout + stderr);
    }
  }));

test.run();
