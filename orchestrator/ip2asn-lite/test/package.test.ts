// takes: long
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withArchive } from './archive-server.ts';
import { peerIndexTable, rib, sequence } from './mrt-writer.ts';
import { withFolder } from './scratch.ts';

const test = suite('package');

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TSC = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));
const ARCHIVE = 'https://archive.routeviews.org/';

interface Example {
  language: 'sh' | 'js';
  code: string;
  /** What the README says that it prints. */
  output: string | null;
}

interface Packed {
  filename: string;
  files: { path: string }[];
}

function examplesOf(readme: string): Example[] {
  const blocks = readme.matchAll(/^```(sh|js)\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?/gms);
  return Array.from(blocks, ([, language, code = '', output]) => ({
    language: language === 'sh' ? 'sh' : 'js',
    code,
    output: output ?? null,
  }));
}

/** What `npm pack --json` says of the one package: in a list up to npm 11, in an object by its name since npm 12. */
function packedOf(told: string): Packed {
  const [archive] = Object.values<Packed>(JSON.parse(told));
  if (archive === undefined) throw new Error(`npm packed nothing: ${told}`);
  return archive;
}

test('what npm packed is read as npm 11 and as npm 12 tell it', () => {
  const packed: Packed = { filename: 'ip2asn-lite-1.0.0.tgz', files: [{ path: 'LICENSE' }] };
  for (const told of [[packed], { 'ip2asn-lite': packed }]) assert.equal(packedOf(JSON.stringify(told)), packed);
  for (const nothing of ['[]', '{}']) assert.throws(() => packedOf(nothing), /npm packed nothing/);
});

/** Packs the sources as they are now, without touching the dist/ that others are using, and installs that into an empty folder. */
async function install(folder: string): Promise<{ home: string; files: string[] }> {
  const copy = join(folder, 'copy');
  const home = join(folder, 'home');
  for (const part of ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'bin', 'test'])
    await cp(join(ROOT, part), join(copy, part), { recursive: true });
  await execa('node', [TSC, '-p', join(ROOT, 'tsconfig.json'), '--outDir', join(copy, 'dist')]);
  const packed = await execa('npm', ['pack', '--ignore-scripts', '--json'], { cwd: copy });
  const { filename, files } = packedOf(packed.stdout);
  await cp(join(copy, filename), join(home, filename));
  await execa('npm', ['install', '--offline', '--no-audit', '--no-fund', filename], { cwd: home });
  return { home, files: files.map(({ path }) => path) };
}

async function runExample(
  home: string,
  base: string,
  number: number,
  { language, code, output }: Example,
): Promise<void> {
  if (code.startsWith('npm install')) return; // done, from the packed file
  const name = `example-${number}.${language === 'sh' ? 'sh' : 'mjs'}`;
  await writeFile(join(home, name), code.replaceAll(ARCHIVE, base));
  const ran = await execa(language === 'sh' ? 'sh' : 'node', [...(language === 'sh' ? ['-e'] : []), name], {
    cwd: home,
    reject: false,
  });
  assert.is(ran.exitCode, 0, `${name}: ${ran.stderr}`);
  if (output !== null) assert.is(ran.stdout, output.trimEnd(), name);
}

test('what npm packs installs into an empty folder, where the examples of the README print what it says and pass the types', async () => {
  const examples = examplesOf(await readFile(join(ROOT, 'README.md'), 'utf8'));
  assert.ok(examples.filter(({ output }) => output !== null).length >= 6, 'the README has examples with output');
  const table = [
    peerIndexTable([{ address: '198.18.0.1', asn: 10 }]),
    rib('198.18.0.0/15', [{ peer: 0, path: sequence(7) }]),
  ];
  await withFolder((folder) =>
    withArchive({}, async (archive) => {
      archive.files.set('/bgpdata/2015.11/RIBS/rib.20151101.0600.bz2', Buffer.concat(table));
      const { home, files } = await install(folder);
      assert.ok(files.includes('dist/index.js') && files.includes('dist/index.d.ts'), files.join(' '));
      assert.equal(
        files.filter(
          (file) =>
            !/^(dist\/.*\.(js|d\.ts)|bin\/ip2asn-lite\.js|package\.json|(README|CHANGELOG)\.md|LICENSE)$/.test(file),
        ),
        [],
      );
      for (const [number, example] of examples.entries()) await runExample(home, archive.base, number, example);
      assert.is(
        archive.log.filter((line) => line.endsWith('.bz2')).length,
        1,
        'the second fetch found what the first one kept',
      );
      const scripts = examples.flatMap(({ language }, number) => (language === 'js' ? [`example-${number}.mjs`] : []));
      const strict = ['--noEmit', '--allowJs', '--checkJs', '--strict', '--module', 'nodenext', '--target', 'es2022'];
      const types = await execa('node', [TSC, ...strict, '--lib', 'es2023,dom', '--types', '', ...scripts], {
        cwd: home,
        reject: false,
      });
      assert.is(types.stdout, '');
    }),
  );
});

test('there is no dependency at run time, and the changelog has an entry for the version', async () => {
  const manifest: unknown = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  assert.ok(typeof manifest === 'object' && manifest !== null && 'version' in manifest);
  assert.not.ok('dependencies' in manifest || 'peerDependencies' in manifest || 'optionalDependencies' in manifest);
  assert.match(await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8'), `## ${manifest.version}\n`);
});

test('every error code is in the README, and no other', async () => {
  const source = await readFile(join(ROOT, 'src/errors.ts'), 'utf8');
  const known = [...(/ErrorCode =[^;]*/.exec(source)?.[0] ?? '').matchAll(/'([A-Z_]+)'/g)].map(([, code]) => code);
  const readme = (await readFile(join(ROOT, 'README.md'), 'utf8')).split('## Errors')[1] ?? '';
  const written = [...readme.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
  assert.equal(written.toSorted(), known.toSorted());
});

test.run();
