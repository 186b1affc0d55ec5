// needs: root
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addResponder, gatewayMac, inLab, type Lab } from './lab.ts';
import { testSecret, zmap } from './zmap.ts';

const test = suite('what the stock zmap is told, and what it tells');

test('the secret is random, read from a file that the first shard writes, or given', () =>
  inLab('secret', async (lab) => {
    const args = ['-M', 'mptcp_synscan', '-p', '80', '--dryrun', '-G', gatewayMac, '-c', '0', '198.18.0.0/30'];
    const send = async (probe: string, env: Record<string, string> = {}) => {
      const { stdout } = await zmap(lab, [...args, '--probe-args', `${probe},options=windows`, '--seed', '1'], env);
      return stdout;
    };
    const file = join(lab.folder, 'secret');
    assert.is.not(await send('v0'), await send('v0'), 'two runs, two secrets');
    assert.is(await send(`v0,secret-file=${file}`), await send(`v0,secret-file=${file}`), 'one file, one secret');
    const given = await send(`v0,secret=${testSecret}`);
    assert.is(await send('v0', { MPTCP_SYNSCAN_SECRET: testSecret }), given);
    assert.is.not(await send(`v0,secret-file=${file}`), given);
    const { stdout } = await execa('stat', ['-c', '%a %s', file]);
    assert.is(stdout, '600 33');
  }));

test('what is refused ends zmap with a sentence that says what to do', () =>
  inLab('refusals', async (lab) => {
    const cases: [readonly string[], RegExp][] = [
      [['--probe-args', 'v2'], /"v2" is not understood: known are the probes v1, v0, grease/],
      [['--probe-args', 'v1,color=red'], /"color=" is not understood/],
      [['--probe-args', 'v0,v1'], /probes are joined by \+, not by commas: v0\+v1/],
      [['--probe-args', 'v0+v1'], /--probes \(-P\) must be 2 or a multiple of it, not 1/],
      [['--probe-args', 'v1,list=x'], /belong to ipv6_mptcp_synscan/],
      [['--probe-args', 'v1+port2', '-P', '2', '-s', '4000-4046'], /at least 48 source ports/],
    ];
    for (const [words, sentence] of cases) {
      const fixed = ['-M', 'mptcp_synscan', '-p', '80', '-G', gatewayMac];
      const { stderr, exitCode } = await zmap(lab, [...fixed, ...words, '198.18.0.0/30']);
      assert.match(stderr, sentence);
      assert.is(exitCode, 1);
    }
  }));

test('the help names every probe and every classification', () =>
  inLab('help', async (lab) => {
    const { stdout } = await zmap(lab, ['--probe-module=mptcp_synscan', '--help']);
    const probes = ['v1', 'v0', 'grease', 'join', 'canary', 'port2', 'port2v0', 'plain'];
    const words = ['synack_no_option', 'mp_capable', 'echoed', 'version_mismatch', 'malformed', 'other_subtype'];
    for (const word of [...probes, ...words, 'mp_tcprst', 'rst', 'icmp_unreachable', 'icmp_ttl_exceeded']) {
      assert.match(stdout, new RegExp(`^ +${word} `, 'm'));
    }
  }));

/** Classifications of the lines that zmap writes about 32 personalities, in order, each once. */
async function shown(lab: Lab, words: readonly string[]): Promise<{ words: string[]; exitCode: number | undefined }> {
  const module = ['-M', 'mptcp_synscan', '--probe-args', `v0+join,secret=${testSecret}`, '-P', '2', '-p', '80'];
  const speed = ['-r', '4000', '-c', '2', '-G', gatewayMac, '198.19.0.0/19'];
  const { stdout, exitCode } = await zmap(lab, [...module, ...speed, '-f', 'classification', ...words]);
  const lines = stdout.split('\n').flatMap((line) => line.match(/"?([a-z_]+)"?(?: \})?$/)?.[1] ?? []);
  return { words: [...new Set(lines)].sort(), exitCode };
}

/** README.md says which filters of zmap's own work, and that others do not. */
const filters: [filter: string, shows: string[] | null][] = [
  ['classification = echoed', ['echoed']],
  ['classification = rst && sport = 80', ['rst']],
  ['classification = rst || classification = malformed', ['malformed', 'rst']],
  ['classification = mp_capable', null],
  ['success = 1', null],
  ['target = 198.19.0.1', null],
];

test('the output filters that the README names work, and the others end zmap', () =>
  inLab('output filters', async (lab) => {
    await addResponder(lab, 0);
    for (const [filter, shows] of filters) {
      const { words, exitCode } = await shown(lab, ['-O', 'json', '--output-filter', filter]);
      assert.is(exitCode, shows === null ? 1 : 0, filter);
      if (shows !== null) assert.equal(words, shows, filter);
    }
  }));

test('without an output module only the first success of an address is shown', () =>
  inLab('default output', async (lab) => {
    await addResponder(lab, 0);
    const refusals = ['icmp_ttl_exceeded', 'icmp_unreachable', 'mp_tcprst', 'rst'];
    const all = await shown(lab, ['-O', 'json']);
    const few = await shown(lab, []);
    assert.ok(refusals.every((word) => all.words.includes(word)));
    assert.not(refusals.some((word) => few.words.includes(word)));
  }));

test.run();
