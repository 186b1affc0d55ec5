// needs: root
// takes: long
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { check } from '../../scripts/lab/check/check.ts';
import { readResult } from '../../scripts/lab/check/result.ts';
import { compare } from '../../scripts/lab/paper/compare.ts';
import { type Form, readFigures } from '../../scripts/lab/paper/figures.ts';
import { readPublished } from '../../scripts/lab/paper/values.ts';
import { tearDown } from '../../scripts/lab/teardown.ts';
import { readTruth } from '../../scripts/lab/truth.ts';
import type { World } from '../../scripts/lab/world.ts';
import { skipUnless } from '../skip.ts';
import { census, standUp } from './census-in-lab.ts';
import { whyNoLab } from './inside.ts';

const test = suite('lab/paper');
/** The whole world is for the long run; every other run has the same capable hosts and domains in a crowd of 20,000 names. */
const form: Form = process.env.PAPER_WORLD === 'whole' ? 'paper' : 'paper-20000';
const figures = await readFigures();

/** A census of the world, changed or as it is: what it differs in from its own truth, and what the comparison prints. */
async function censusOf(world: Form, change?: (world: World) => World) {
  const stand = await standUp({ world, ...(change ? { change } : {}) });
  try {
    const run = stand.folder('paper');
    const { exitCode, stdout, stderr } = await census(stand, ['run', '-c', stand.config, run], '', 50);
    assert.is(exitCode, 0, stdout + stderr);
    const truth = await readTruth(stand.truth);
    return {
      wrong: check(truth, await readResult(run, truth)).differences,
      ...compare(figures, world, await readPublished(run)),
    };
  } finally {
    await tearDown(stand.lab);
  }
}

type Networks = World['networks'];

/** One thing changed in the world each: a host's country, a host's AS, a domain's addresses. */
const changes: [title: string, change: (world: World) => World, seen: RegExp[]][] = [
  [
    'a country: Norway’s host stands in Stockholm',
    (world) => ({ ...world, networks: moved(world.networks, 'FJORD-HOSTING', 'Stockholm') }),
    // A country without a server has no row, and its clients none either.
    [
      /^Table 1, NO: –, .* 1$/,
      /^Table 1, NO, ratio: –/,
      /^Table 1, NO, clients: –/,
      /^Table 1, NO, ratio of clients: –/,
      /^table1 has a row "SE"/,
    ],
  ],
  [
    'an AS: two of Guangdong’s addresses are announced by Hebei’s',
    (world) => ({ ...world, networks: handed(world.networks, '240.2.0.48/31', 'CHINATELECOM-HE-AS-AP') }),
    [/^Table 2, CHINATELECOM-GUANGDONG-IDC Guangdong: 49, .* 51$/, /^Table 2, CHINATELECOM-HE-AS-AP .*: 6, .* 4$/],
  ],
  [
    'a domain: aliyun has another capable address',
    (world) => ({ ...world, domains: withAddress(world.domains, 'aliyun.com.example', '240.1.0.13') }),
    [/^aliyun\.com, endpoints: 2, .* 1$/, /^domains with several addresses: 86, .* 85$/],
  ],
];

/** Every prefix of an AS in another city. */
function moved(networks: Networks, name: string, city: string): Networks {
  return networks.map((one) =>
    one.name === name ? { ...one, prefixes: one.prefixes.map((prefix) => ({ ...prefix, city })) } : one,
  );
}

/** A prefix, where it lies, in another AS. */
function handed(networks: Networks, prefix: string, name: string): Networks {
  return networks.map((one) =>
    one.name === name ? { ...one, prefixes: [...one.prefixes, { prefix, city: 'Guangzhou' }] } : one,
  );
}

function withAddress(domains: World['domains'], name: string, address: string): World['domains'] {
  return domains.map((one) => (one.name === name ? { ...one, addresses: [...one.addresses, address] } : one));
}

const reason = await whyNoLab();
if (!skipUnless(reason === null, 'lab/paper', reason ?? '')) {
  test("a census of the study's day prints its tables, and what docs/paper.md says of ours is what came out", async () => {
    const { wrong, lines, differences } = await censusOf(form);
    assert.equal(wrong, []);
    assert.equal(differences, [], lines.join('\n'));
    for (const { name, theirs } of figures)
      assert.ok(
        lines.some((line) => line.includes(`  ${name} `) && line.includes(theirs)),
        `${name} is not printed`,
      );
  });

  test('three changes of the world are three differences, and the census is right about the changed world', async () => {
    const changed = (world: World) => changes.reduce((so, [, change]) => change(so), world);
    const { wrong, lines, differences } = await censusOf('paper-20000', changed);
    assert.equal(wrong, []);
    const expected = changes.flatMap(([, , seen]) => seen);
    for (const [title, , seen] of changes)
      for (const pattern of seen)
        assert.ok(
          differences.some((line) => pattern.test(line)),
          `${title}: ${pattern} is not among\n${differences.join('\n')}`,
        );
    // Shares over the same sums move too; nothing else does.
    const others = differences.filter((line) => !expected.some((pattern) => pattern.test(line)));
    assert.equal(others, []);
    assert.match(lines.join('\n'), /DIFFERS from docs\/paper\.md: 51/);
  });
}

test.run();
