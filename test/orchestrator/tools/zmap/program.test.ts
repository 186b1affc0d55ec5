import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkTools } from '../../../../orchestrator/census.ts';
import { Config } from '../../../../orchestrator/config/config.ts';
import { findProgram, requirePrograms } from '../../../../orchestrator/core/process/programs.ts';
import { CensusError } from '../../../../orchestrator/errors.ts';
import { fit, plugin, zmapProgram } from '../../../../orchestrator/tools/zmap/program.ts';
import { temporaryFolder } from '../context.ts';

const test = suite('which zmap it is');

/** What 4.x says before anything else, on stderr. */
const chatter =
  'Nov 25 12:46:23.328 [INFO] zmap: By default, ZMap will output the unique IP addresses of hosts that respond';

/** Puts a program called zmap first on PATH that answers as a release does; 4.x ends when it reads 2.1.1's configuration. */
async function withZmap<T>(version: string, modules: string[], work: () => Promise<T>): Promise<T> {
  const folder = await temporaryFolder();
  const script = `#!/bin/sh
[ "$1 $2" = "-C /dev/null" ] || { echo "zmap: unrecognized option '--blacklist-file=/etc/zmap/blacklist.conf'"; exit 1; }
echo '${chatter}' >&2
case $3 in
--version) echo '${version}';;
--list-probe-modules) printf '%s\\n' ${modules.join(' ')};;
*) exit 1;;
esac\n`;
  await writeFile(join(folder, 'zmap'), script, { mode: 0o755 });
  const path = process.env.PATH;
  process.env.PATH = `${folder}:${path}`;
  try {
    return await work();
  } finally {
    process.env.PATH = path;
  }
}

const stock4 = ['tcp_synscan', 'icmp_echo_time', 'udp'];
const releases: [
  sentence: string,
  printed: string,
  modules: string[],
  version: string | null,
  runsAs: string | null,
][] = [
  ["Debian's 2.1.1 gets the plug-in", 'zmap 2.1.1', ['tcp_synscan', 'udp'], '2.1.1', 'plug-in'],
  ['4.3.4 with the module runs it as built in', 'zmap v4.3.4', [...stock4, 'mptcp_synscan'], '4.3.4', 'built in'],
  ['main too', 'zmap DEVELOPMENT', [...stock4, 'mptcp_synscan'], 'DEVELOPMENT', 'built in'],
  [
    'ZMapv6 runs it for IPv6 too',
    'zmap DEVELOPMENT',
    [...stock4, 'mptcp_synscan', 'ipv6_mptcp_synscan'],
    'DEVELOPMENT',
    'built in, IPv6 too',
  ],
  ["Debian testing's 4.3.4 cannot be used", 'zmap v4.3.4', stock4, '4.3.4', null],
  ['another 2.1 neither', 'zmap 2.1.0', ['tcp_synscan'], '2.1.0', null],
  ['nor one that has a module of a longer name', 'zmap v4.3.4', ['my_mptcp_synscan'], '4.3.4', null],
  ['nor one that says nothing', '', [], null, null],
];
for (const [sentence, printed, modules, version, runsAs] of releases) {
  test(sentence, async () => {
    await withZmap(printed, modules, async () => {
      const found = await findProgram(zmapProgram);
      assert.equal([found.version, found.runsAs], [version, runsAs]);
      assert.is(found.unfit === null, runsAs !== null);
      const needs = [{ stage: 'scan', programs: [zmapProgram] }];
      if (runsAs !== null) return void (await requirePrograms(needs));
      const error = await requirePrograms(needs).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      assert.instance(error, CensusError);
      assert.match(String(error), /scan cannot use .*\/zmap: zmap (\S+|of unknown version) has no mptcp_synscan/);
      const hint = error instanceof CensusError ? error.hint : '';
      for (const help of ['apt-get install zmap/trixie', 'make -C zmap-module install-into ZMAP_SRC='])
        assert.ok(hint.includes(help), help);
    });
  });
}

test('a module that is not built is told before any name is resolved, and what builds it', async () => {
  const say = async () => 'tcp_synscan';
  assert.equal(await fit('2.1.1', say, plugin), { runsAs: 'plug-in', unfit: null });
  const { unfit } = await fit('2.1.1', say, '/nowhere/mptcp_synscan.so');
  const { what = '', hint = '' } = unfit ?? {};
  assert.match(
    `${what}: ${hint}`,
    /module is not built: there is no \/nowhere\/mptcp_synscan\.so: make -C zmap-module$/,
  );
});

const families: [families: number[], runsAs: string, refused: boolean][] = [
  [[4], 'built in', false],
  [[4, 6], 'built in', true],
  [[6], 'built in', true],
  [[4, 6], 'plug-in', false],
  [[4, 6], 'built in, IPv6 too', false],
];
for (const [asked, runsAs, refused] of families) {
  test(`asking for families ${asked} with zmap "${runsAs}" is ${refused ? 'refused before any name is resolved' : 'fine'}`, () => {
    const config = Config.parse({ targets: { list: 'x' }, resolve: { families: asked } });
    const found = { program: zmapProgram, path: '/usr/sbin/zmap', version: '4.3.4', runsAs, unfit: null };
    if (refused) assert.throws(() => checkTools(config, [found]), /IPv6 targets/);
    else checkTools(config, [found]);
  });
}

test.run();
