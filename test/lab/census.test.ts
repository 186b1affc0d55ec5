// needs: root
// takes: long
import { chmod, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { accounted } from '../../orchestrator/core/folder/entries.ts';
import { type Manifest, readManifest } from '../../orchestrator/core/folder/manifest.ts';
import { rawText } from '../../orchestrator/core/folder/raw-files.ts';
import { check } from '../../scripts/lab/check/check.ts';
import { readResult } from '../../scripts/lab/check/result.ts';
import { tearDown } from '../../scripts/lab/teardown.ts';
import { readTruth } from '../../scripts/lab/truth.ts';
import { cliWords } from '../cli-words.ts';
import { skipUnless } from '../skip.ts';
import { census, type Stand, stagesDone, standUp } from './census-in-lab.ts';
import { whyNoLab } from './inside.ts';
import { hasPandas, reportRows, runNotebook } from './released.ts';

const test = suite('lab/census');

async function manifestOf(stand: Stand, name: string): Promise<Manifest> {
  const manifest = await readManifest(stand.folder(name));
  if (manifest === null) throw new Error(`${name} has no manifest`);
  return manifest;
}

const reason = await whyNoLab();
if (!skipUnless(reason === null, 'lab/census', reason ?? '')) {
  const stand = await standUp();
  const run = (name: string, ...more: string[]) =>
    census(stand, ['run', '-c', stand.config, stand.folder(name), ...more]);

  test('a census of the test Internet finds what stands there, and counts add up', async () => {
    const { exitCode, stdout, stderr } = await run('first');
    assert.is(exitCode, 0, stdout + stderr);
    const { differences } = check(await readTruth(stand.truth), await readResult(stand.folder('first')));
    assert.equal(differences, []);
    const { stages } = await manifestOf(stand, 'first');
    for (const [stage, { counts }] of Object.entries(stages)) {
      if (counts !== null) assert.is(accounted(counts), counts.units_in, stage);
    }
  });

  test('a truth altered in one host is a difference', async () => {
    const truth = await readTruth(stand.truth);
    const host = truth.hosts.find(({ v1 }) => v1 === 'not_offered');
    if (host === undefined) throw new Error('the world has no plain host');
    host.v1 = 'capable';
    const { differences } = check(truth, await readResult(stand.folder('first')));
    assert.ok(
      differences.some((line) => line.includes(host.address)),
      differences.join('\n'),
    );
  });

  test('the manifest says how each number came about', async () => {
    const manifest = await manifestOf(stand, 'first');
    for (const program of ['zmap', 'adnshost', 'wget', 'tshark'])
      assert.type(manifest.programs[program]?.version, 'string');
    assert.match(JSON.stringify(manifest.vantage), 'net.mptcp.enabled');
    assert.match(manifest.result_sha256 ?? '', /^[0-9a-f]{64}$/);
    const scan = Object.values(manifest.stages.scan?.parts ?? {});
    assert.ok(scan.length > 1, 'the scan has several parts');
    for (const part of scan) {
      assert.ok(part.commands.every(({ exit_code }) => exit_code === 0));
      assert.ok(part.commands.some(({ argv, version }) => argv[0] === 'zmap' && version === '2.1.1'));
      assert.ok(
        Object.keys(part.facts).some((fact) => fact.includes('drop')),
        JSON.stringify(part.facts),
      );
    }
  });

  test('a second start does nothing again', async () => {
    const before = await readFile(`${stand.folder('first')}/manifest.json`, 'utf8');
    const { exitCode, stdout } = await run('first');
    assert.is(exitCode, 0);
    assert.equal(stagesDone(stdout), []);
    assert.is(await readFile(`${stand.folder('first')}/manifest.json`, 'utf8'), before);
  });

  test('a handshake folder that was removed is measured again, with what follows, and nothing else', async () => {
    const before = (await manifestOf(stand, 'first')).result_sha256;
    await rm(`${stand.folder('first')}/handshake`, { recursive: true });
    const { exitCode, stdout, stderr } = await run('first');
    assert.is(exitCode, 0, stdout + stderr);
    assert.equal(stagesDone(stdout), ['asn', 'geo', 'handshake', 'merge', 'path', 'report', 'whois']);
    assert.is((await manifestOf(stand, 'first')).result_sha256, before);
  });

  test('a higher rate is refused in a started run, with key and values', async () => {
    const { exitCode, stderr } = await run('first', '--set', 'scan.rate=5001');
    assert.is(exitCode, 2);
    assert.match(stderr, 'scan.rate was 5000 and is 5001 now');
  });

  test('a lower rate is accepted, is in the manifest, and only the report that shows it is made again', async () => {
    const { exitCode, stdout, stderr } = await run('first', '--set', 'scan.rate=4999');
    assert.is(exitCode, 0, stdout + stderr);
    assert.equal(stagesDone(stdout), ['report']);
    const { starts } = await manifestOf(stand, 'first');
    assert.equal(starts.at(-1)?.changed, { 'scan.rate': { before: 5000, after: 4999 } });
  });

  test('a replay needs no network and no privilege and gives the same rows', async () => {
    const into = stand.folder('replayed');
    await mkdir(into);
    await chmod(into, 0o777);
    await execa('chmod', ['-R', 'a+rX', stand.folder('.')]);
    // The checkout's owner, since nobody else may read one in /root or in a home; root itself is left without any capability.
    const { uid, gid } = await stat('.');
    const user = [
      'setpriv',
      `--reuid=${uid}`,
      `--regid=${gid}`,
      '--clear-groups',
      '--inh-caps=-all',
      '--bounding-set=-all',
    ];
    const replay = [...cliWords, 'replay', stand.folder('first'), '--into', `${into}/run`];
    const { exitCode, stdout, stderr } = await execa('unshare', ['--net', ...user, process.execPath, ...replay], {
      reject: false,
      env: { TMPDIR: into, HOME: into },
    });
    assert.is(exitCode, 0, stdout + stderr);
    for (const stage of ['targets', 'resolve', 'scan', 'handshake', 'asn', 'whois', 'geo', 'path', 'merge', 'report']) {
      assert.match(stdout, new RegExp(`^${stage} .*same rows`, 'm'));
    }
  });

  test("a user's own resolver takes the place of adns with ten lines", async () => {
    const script = `${process.cwd()}/test/fixtures/own-resolver.mjs`;
    const { exitCode, stdout, stderr } = await run('own', '--set', `resolve.tool={command: [node, ${script}]}`);
    assert.is(exitCode, 0, stdout + stderr);
    const { differences } = check(await readTruth(stand.truth), await readResult(stand.folder('own')));
    assert.equal(differences, []);
  });

  test('judge gives the verdicts of the run from zmap output alone', async () => {
    const zmap = Object.values((await manifestOf(stand, 'first')).stages.scan?.parts ?? {})[0];
    if (zmap === undefined) throw new Error('no scan part');
    const raw = `${stand.folder('first')}/raw`;
    // Every part and pass: confirm asks the hosts of all of them.
    const repliesOf = async (part: string) =>
      (await readdir(`${raw}/${part}`)).flatMap((name) => {
        const file = /^80-\w+(?:-pass\d+)?\.ndjson/.exec(name)?.[0];
        return file === undefined ? [] : [`${part}/${file}`];
      });
    const opinions = await repliesOf('confirm/00000');
    assert.ok(opinions.length >= 6, opinions.join());
    const parts = (await readdir(`${raw}/scan`)).filter((name) => /^\d+$/.test(name));
    const scanned = await Promise.all(parts.map((part) => repliesOf(`scan/${part}`)));
    const files = [...scanned.flat(), ...opinions];
    const lines = await Promise.all(files.map((file) => rawText(`${raw}/${file}`)));
    const { exitCode, stdout, stderr } = await census(stand, ['judge'], lines.join(''));
    assert.is(exitCode, 0, stderr);
    const { hosts } = await readResult(stand.folder('first'));
    const verdicts = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.ok(verdicts.length > 50);
    for (const { address, version, verdict } of verdicts) {
      const host = hosts.find((candidate) => candidate.address === address);
      assert.is(verdict, (version === 1 ? host?.v1 : host?.v0)?.verdict, `${address} v${version}`);
    }
  });

  if (
    !skipUnless(
      await hasPandas(),
      'lab/census: the notebook',
      'Debian has no python3-pandas and python3-matplotlib here',
    )
  ) {
    test('from a release alone, the notebook computes Table 1 and Figure 5 as the report has them', async () => {
      const run = stand.folder('first');
      const due = (await reportRows(`${run}/report/table1.csv`)).map(({ country, servers, v1, v0 }) =>
        [country, servers, v1, v0].join(),
      );
      assert.ok(due.length > 3, 'the report has countries');
      const steps = (await reportRows(`${run}/report/rank_cdf.csv`)).filter(({ series }) => series === 'capable');
      const groups = (await reportRows(`${run}/report/top_groups.csv`)).map(({ top, answered, capable }) =>
        [top, answered, capable].join(),
      );
      assert.ok(groups.length > 1, 'the report has groups');
      for (const level of ['prefix', 'full']) {
        const out = stand.folder(`release-${level}`);
        const { exitCode, stderr } = await census(stand, ['release', run, '--level', level, '--out', out]);
        assert.is(exitCode, 0, stderr);
        await execa('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: out });
        const { table1, figure5, figure5b } = await runNotebook(out);
        assert.equal(
          table1.map(({ country, servers, v1, v0 }) => [country, servers, v1, v0].join()),
          due,
          level,
        );
        const told = figure5b.map(({ top, answered, capable }) => [top, answered, capable].join());
        if (level === 'full') assert.equal(told, groups);
        // The last bin ends with the list, whose last entry need not have answered.
        else assert.is(told.at(-1)?.replace(/^\d+/, ''), groups.at(-1)?.replace(/^\d+/, ''), level);
        for (const { rank, share } of steps) {
          // A bin of ranks ends behind the rank: what is at its end is what was reached until then.
          const step = figure5.findLast((point) => point.rank <= Number(rank));
          if (level === 'full') assert.ok(Math.abs((step?.capable ?? 0) - Number(share)) < 1e-6, `rank ${rank}`);
        }
        assert.is(figure5.at(-1)?.capable, 1);
      }
    });
  }

  test('a release of level aggregate holds no address, no name and nothing of the scanner', async () => {
    const run = stand.folder('first');
    const out = stand.folder('release-aggregate');
    const { exitCode, stderr } = await census(stand, ['release', run, '--out', out]);
    assert.is(exitCode, 0, stderr);
    const { hosts } = await readResult(run);
    const { vantage } = await manifestOf(stand, 'first');
    const told = [
      ...hosts.map(({ address }) => address),
      ...hosts.flatMap(({ domains }) => domains.map(({ name }) => name)),
    ];
    const { stdout } = await execa(
      'bash',
      ['-c', 'cat $(find . -type f ! -name "*.gz" ! -name "*.parquet"); zcat data/*.gz'],
      { cwd: out },
    );
    for (const text of [...told, String(vantage.hostname), stand.lab.data])
      assert.not.ok(stdout.includes(text), `it tells ${text}`);
    assert.match(stdout, /rest_of_all/);
    const again = await census(stand, ['release', run, '--out', out]);
    assert.is(again.exitCode, 2);
    assert.match(again.stderr, /holds files already/);
  });

  test('the lab goes', async () => {
    await tearDown(stand.lab);
  });
}

test.run();
