import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readHosts } from '../../../orchestrator/tools/nmap/xml.ts';
import { nmapDocument, RECORDED, readFingerprints } from '../../../scripts/lab/fingerprints.ts';
import { planOf } from '../../../scripts/lab/plan.ts';
import { readWorld } from '../../../scripts/lab/world.ts';

const test = suite('scripts/lab/fingerprints');
const plan = planOf(await readWorld('paper-20000'));
const recorded = await readFingerprints('paper');
const nmap = 'scripts/lab/recorded/nmap';

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'recorded-'));
  try {
    await writeFile(join(folder, RECORDED), nmapDocument(plan, recorded));
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('the document has every capable host of the world once, each candidate at the accuracy of its host', async () => {
  await inFolder(async (folder) => {
    const seen = new Map<string, Set<string>>();
    for await (const { address, osmatch } of readHosts(join(folder, RECORDED))) {
      assert.ok(address !== null && !seen.has(address));
      assert.ok(osmatch.length > 0 && osmatch.every(({ osclass }) => osclass.length > 0));
      seen.set(address, new Set(osmatch.map(({ attributes }) => attributes.accuracy ?? '')));
      assert.is(new Set(osmatch.map(({ attributes }) => attributes.name)).size, osmatch.length, 'no candidate twice');
    }
    assert.is(seen.size, 354);
    assert.ok([...seen.values()].every((accuracies) => accuracies.size === 1));
  });
});

test('the stand-in hands out what is asked for, in nmap’s place, and nothing of others', async () => {
  await inFolder(async (folder) => {
    const [list, out] = [join(folder, 'list'), join(folder, '50%.xml')];
    await writeFile(list, '240.1.0.1\n241.0.0.1\n');
    const env = { MPTCP_CENSUS_LAB_DIR: folder };
    await execa(nmap, ['-O', '-iL', list, '-oX', out.replaceAll('%', '%%')], { env });
    const found = [];
    for await (const { address, osmatch } of readHosts(out)) found.push([address, osmatch.length > 0]);
    assert.equal(found, [['240.1.0.1', true]]);
    assert.match((await execa(nmap, ['--version'])).stdout, /Nmap version \S+-recorded/);
    assert.is((await execa(nmap, ['-iL', list], { env, reject: false })).exitCode !== 0, true);
    assert.match(await readFile(out, 'utf8'), /exit="success"/);
  });
});

test('a host beyond those recorded is not in the document', () => {
  const hosts = (text: string) => text.match(/<host /g)?.length;
  assert.is(hosts(nmapDocument(plan, { ...recorded, hosts: recorded.hosts.slice(1) })), 353);
  assert.is(hosts(nmapDocument(plan, { ...recorded, hosts: [...recorded.hosts, '90: css'] })), 354);
});

test.run();
