import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('scripts/setup');

/** Runs the script where these programs come first in PATH; whatever would look at packages or install them leaves a file. */
async function setUpWith(programs: Record<string, string>, scope: string) {
  const folder = mkdtempSync(join(tmpdir(), 'setup-'));
  const touched = join(folder, 'touched');
  const packages = `#!/bin/sh\necho "$0 $*" >> ${touched}\nexit 1\n`;
  // tee: what it writes for the time of an installation would be the machine's own
  const all = { 'dpkg-query': packages, 'apt-get': packages, sudo: packages, tee: packages, ...programs };
  for (const [name, text] of Object.entries(all)) {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), 0o755);
  }
  const { exitCode, stderr } = await execa('bash', ['scripts/setup', scope], {
    reject: false,
    env: { PATH: `${folder}:${process.env.PATH}` },
  });
  const packagesAsked = existsSync(touched) ? readFileSync(touched, 'utf8') : '';
  rmSync(folder, { recursive: true });
  return { exitCode, stderr, packagesAsked };
}

/** A node of that version: it says so, and finds itself too old as the real one would. */
const node = (version: string) =>
  `#!/bin/sh\n[ "$1" = --version ] && echo v${version} && exit\nexec ${process.execPath} -e "Object.defineProperty(process, 'versions', { value: { node: '${version}' } }); $2"\n`;

for (const [version, ok] of [
  ['18.20.4', false],
  ['20.18.9', false],
  ['20.19.2', true],
  ['22.0.0', true],
] as const) {
  test(`Node ${version} is ${ok ? 'new enough' : 'refused, with where to get it, before a package is looked at'}`, async () => {
    const { exitCode, stderr, packagesAsked } = await setUpWith({ node: node(version) }, 'run');
    // A refused Node ends it with 2; with a good one the script goes on to the packages, which this test makes fail.
    assert.is(packagesAsked !== '', ok, packagesAsked);
    if (ok) return;
    assert.is(exitCode, 2);
    assert.match(stderr, `Node 20.19 or later and npm are needed; found in PATH: node v${version}`);
    assert.match(stderr, /nodesource|apt-get install nodejs npm|nodejs\.org/);
  });
}

/** Says of every package that it is there, but of these. */
const allBut = (...names: string[]) =>
  `#!/bin/sh\nfor last; do :; done\ncase $last in ${names.map((name) => `"${name}"`).join('|')}) exit 1;; esac\necho install ok installed\n`;
/** What is installed of npm is another test's. */
const npm = '#!/bin/sh\nexit 1\n';

for (const [sentence, packages, asks] of [
  [
    'the package that depends on the library of the release is not asked for where that is there',
    allBut('libclang-rt-dev'),
    false,
  ],
  ['it is where there is neither', allBut('libclang-rt-dev', 'libclang-rt-*dev'), true],
] as const) {
  test(`clang's sanitizers: ${sentence}`, async () => {
    const programs = { node: node('22.0.0'), 'dpkg-query': packages, npm };
    const { packagesAsked } = await setUpWith(programs, 'test');
    assert.is(/apt-get/.test(packagesAsked), asks, packagesAsked);
  });
}

for (const target of ['check', 'test', 'test-unit', 'nightly', 'census', 'chaos']) {
  test(`make ${target} on a fresh clone first installs what it needs`, async () => {
    const { stdout } = await execa('make', ['-n', target]);
    assert.match(stdout, /^scripts\/setup (check|test|unit|lab)\n/);
  });
}

test('a scope that is none is refused', async () => {
  const { exitCode, stderr } = await setUpWith({}, 'everything');
  assert.is(exitCode, 2);
  assert.match(stderr, 'not everything');
});

test.run();
