// needs: root
// takes: long
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readManifest } from '../../orchestrator/core/folder/manifest.ts';
import { check } from '../../scripts/lab/check/check.ts';
import { readResult } from '../../scripts/lab/check/result.ts';
import { tearDown } from '../../scripts/lab/teardown.ts';
import { readTruth } from '../../scripts/lab/truth.ts';
import type { Firewall } from '../../scripts/lab/world.ts';
import { skipUnless } from '../skip.ts';
import { census, standUp } from './census-in-lab.ts';
import { whyNoLab } from './inside.ts';

const test = suite('lab/firewalled-census');

interface Ended {
  differences: string[];
  sha256: string | null | undefined;
}

/** A census of the world `tiny` behind a firewall: what differs from the truth, and the hash of its result. */
async function censusBehind(firewall: Firewall, versions: string): Promise<Ended> {
  const stand = await standUp({ world: 'tiny', firewall });
  try {
    const run = stand.folder('run');
    const { exitCode, stdout, stderr } = await census(stand, [
      'run',
      '-c',
      stand.config,
      run,
      '--set',
      `scan.versions=${versions}`,
    ]);
    assert.is(exitCode, 0, stdout + stderr);
    const { differences } = check(await readTruth(stand.truth), await readResult(run));
    return { differences, sha256: (await readManifest(run))?.result_sha256 };
  } finally {
    await tearDown(stand.lab);
  }
}

/**
 * Where no RST of ours reaches a server, it keeps the connection of the first SYN half open and answers a second SYN of the same port and
 * sequence number with its first SYN/ACK. Every probe must be a SYN of its own to it, whichever comes first.
 */
const unkind: [firewall: Firewall, versions: string][] = [
  ['none', '[0, 1]'],
  ['stateful', '[1, 0]'],
  ['stateful', '[0, 1]'],
  ['drop-rst', '[1, 0]'],
  ['drop-rst', '[0, 1]'],
];

const reason = await whyNoLab();
if (!skipUnless(reason === null, 'lab/firewalled-census', reason ?? '')) {
  const plain = await censusBehind('none', '[1, 0]');

  test('a census without a firewall finds what is there', () => {
    assert.equal(plain.differences, []);
    assert.match(plain.sha256 ?? '', /^[0-9a-f]{64}$/);
  });

  for (const [firewall, versions] of unkind) {
    test(`firewall ${firewall}, versions ${versions}: the same result, byte for byte`, async () => {
      const { differences, sha256 } = await censusBehind(firewall, versions);
      assert.equal(differences, []);
      assert.is(sha256, plain.sha256);
    });
  }
}

test.run();
