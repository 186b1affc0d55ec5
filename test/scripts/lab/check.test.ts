// takes: long
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { check } from '../../../scripts/lab/check/check.ts';
import type { Result } from '../../../scripts/lab/check/result.ts';
import { planOf } from '../../../scripts/lab/plan.ts';
import { type Truth, truthOf } from '../../../scripts/lab/truth.ts';
import { readWorld } from '../../../scripts/lab/world.ts';
import { perfectRun, writeRun } from './perfect-run.ts';

const test = suite('scripts/lab/check');
const small = truthOf(planOf(await readWorld('small')));

/** The first host of a site, in a copy that may be changed. */
function at(result: Result, truth: Truth, site: string): Result['hosts'][number] {
  const address = truth.hosts.find((host) => host.site === site)?.address;
  const host = result.hosts.find((row) => row.address === address);
  if (!host) throw new Error(`no host of ${site} in the result`);
  return host;
}

test('a run that found everything as it stands differs in nothing', () => {
  const { differences, lines } = check(small, perfectRun(small));
  assert.equal(differences, []);
  const capable = small.hosts.filter((host) => host.v1 === 'capable' && !host.blocked && !host.address.includes(':'));
  assert.ok(lines.includes(`v1: ${capable.length} capable hosts found, 0 missed, 0 falsely called capable`));
});

/** One thing wrong in the run each; the check must name it. */
const faults: [title: string, spoil: (result: Result) => void, said: RegExp][] = [
  [
    'a missed genuine host',
    (r) => r.hosts.splice(r.hosts.indexOf(at(r, small, 'linux')), 1),
    /v1 is silent, right is capable/,
  ],
  [
    'a mirror called capable',
    (r) => {
      at(r, small, 'mirrored').v1 = { verdict: 'capable' };
    },
    /v1 is capable, right is echoed_option/,
  ],
  [
    'a mirror called capable in v0',
    (r) => {
      at(r, small, 'mirrored').v0 = { verdict: 'capable' };
    },
    /v0 is capable, right is echoed_option/,
  ],
  [
    'a v0 server called silent',
    (r) => {
      at(r, small, 'v0only').v0 = { verdict: 'not_offered' };
    },
    /v0 is not_offered, right is capable/,
  ],
  [
    'a claim that was not made',
    (r) => {
      at(r, small, 'plain').v0 = null;
    },
    /v0 is no verdict, right is not_offered/,
  ],
  [
    'a host that nobody listed',
    (r) => r.hosts.push({ ...at(r, small, 'plain'), address: '198.18.77.77' }),
    /198\.18\.77\.77 port 80: in the result/,
  ],
  [
    'a probed host that opted out',
    (r) => r.hosts.push({ ...at(r, small, 'linux'), address: '198.18.78.1' }),
    /198\.18\.78\.1 .*v1 is capable, right is silent/,
  ],
  [
    'flags without the C bit',
    (r) => {
      at(r, small, 'nojoin').v1 = { verdict: 'capable', flags: '01' };
    },
    /v1\.flags is "01", right is "21"/,
  ],
  [
    'a box that counts as confirmed',
    (r) => {
      at(r, small, 'copied').v1 = { verdict: 'capable', flags: '01', rung: 'connection' };
    },
    /v1\.rung is "connection", right is "fresh_key"/,
  ],
  [
    'a fallback that was not seen',
    (r) => {
      at(r, small, 'latestrip').fallback = false;
    },
    /fallback is false, right is true/,
  ],
  [
    'an MP_FAIL that was not seen',
    (r) => {
      at(r, small, 'mangled').mp_fail = 0;
    },
    /MP_FAIL seen is false/,
  ],
  [
    'a lost announcement',
    (r) => {
      at(r, small, 'multihomed').announced?.pop();
    },
    /announced is/,
  ],
  [
    'an HMAC that does not verify',
    (r) => {
      for (const one of at(r, small, 'multihomed').announced ?? []) one.hmac = 'invalid';
    },
    /hmac invalid/,
  ],
  [
    'the AS of the covering prefix',
    (r) => {
      for (const host of r.hosts) if (host.asn === 64502) host.asn = 64501;
    },
    /asn is 64501, right is 64502/,
  ],
  [
    'a host in another country',
    (r) => {
      at(r, small, 'linux').country = 'SE';
    },
    /country is "SE"/,
  ],
  [
    'a name lost on an alias',
    (r) => {
      r.domains = r.domains.filter(({ name }) => name !== 'alias-five.example');
    },
    /alias-five\.example: absent/,
  ],
  [
    'a domain with an address too few',
    (r) => {
      r.domains.find(({ name }) => name === 'mixed-many.example')?.addresses.pop();
    },
    /mixed-many\.example: addresses are/,
  ],
  [
    'a domain with a wrong count',
    (r) => {
      for (const row of r.domains) if (row.name === 'mixed-first.example') row.addresses_capable_v1 = 2;
    },
    /mixed-first\.example: 2 addresses capable in v1, right are 1/,
  ],
  [
    'units that got lost',
    (r) => {
      const { counts } = r.manifest.stages.scan ?? {};
      if (counts) counts.failed = {};
    },
    /scan: \d+ units in, \d+ accounted for/,
  ],
  [
    'an artefact that became a target',
    (r) => {
      const { counts } = r.manifest.stages.targets ?? {};
      if (counts) {
        counts.rejected = { ...counts.rejected, url: 2 };
        counts.answered += 1;
      }
    },
    /targets: rejected as url 2, right is 3/,
  ],
  [
    'a name without an answer that counts as one without addresses',
    (r) => {
      const { counts } = r.manifest.stages.resolve ?? {};
      if (counts) counts.failed = { no_data: (counts.failed.no_data ?? 0) + (counts.failed.timeout ?? 0) };
    },
    /resolve: failed as timeout or not_returned 0, right is 9/,
  ],
  [
    'a stage without counts',
    (r) => {
      delete r.manifest.stages.resolve;
    },
    /resolve: answered not counted/,
  ],
];
for (const [title, spoil, said] of faults) {
  test(`${title} is a difference`, () => {
    const result = structuredClone(perfectRun(small));
    spoil(result);
    assert.match(check(small, result).differences.join('\n'), said);
  });
}

/** A perfect run of version 1 only, in a world where some hosts show less to it alone. */
function runOfV1(): Result {
  const hosts = small.hosts.map((host) => ({ ...host, v1: host.v1_alone ?? host.v1_once ?? host.v1 }));
  const result = perfectRun({ ...small, hosts });
  result.manifest.config.confirm = false;
  result.manifest.config.scan.versions = [1];
  for (const host of result.hosts) host.v0 = null;
  const scan = result.manifest.stages.scan?.counts;
  if (scan) {
    const half = (reasons: Record<string, number>) =>
      Object.fromEntries(Object.entries(reasons).map(([key, count]) => [key, count / 2]));
    Object.assign(scan, { units_in: scan.units_in / 2, answered: scan.answered / 2 });
    Object.assign(scan, { failed: half(scan.failed), skipped: half(scan.skipped) });
  }
  return result;
}

test('a run of version 1 only is not asked for version 0, nor for what only version 0 shows', () => {
  const result = runOfV1();
  assert.equal(check(small, result).differences, []);
  assert.is(at(result, small, 'padded').v1?.verdict, 'capable');
  assert.is(at(perfectRun(small), small, 'padded').v1?.verdict, 'echoed_option');
  at(result, small, 'padded').fallback = false;
  assert.match(check(small, result).differences.join('\n'), /fallback is false, right is true/);
});

test('check exits 0 on a right run, and 1 when one host of the truth is altered', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'lab-check-'));
  const truth = path.join(folder, 'truth.json');
  const lab = () =>
    execa(process.execPath, ['--import', 'tsx', 'scripts/lab/cli.ts', 'check', folder, '--truth', truth], {
      reject: false,
    });
  try {
    await writeRun(folder, perfectRun(small));
    await writeFile(truth, JSON.stringify(small));
    const right = await lab();
    assert.is(right.exitCode, 0, right.stdout + right.stderr);
    const altered = structuredClone(small);
    const host = altered.hosts.find(({ site }) => site === 'mirrored');
    if (host) host.v1 = 'capable';
    await writeFile(truth, JSON.stringify(altered));
    const wrong = await lab();
    assert.is(wrong.exitCode, 1);
    assert.match(wrong.stdout, `DIFFERS ${host?.address} port 80 (mirrored): v1 is echoed_option, right is capable`);
    assert.match(wrong.stdout, /v1: \d+ capable hosts found, 1 missed, 0 falsely called capable/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.run();
