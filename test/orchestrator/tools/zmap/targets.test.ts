import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseBlocklist } from '../../../../orchestrator/address/blocklist.ts';
import { parseAddress } from '../../../../orchestrator/address/ip.ts';
import { PrefixSet } from '../../../../orchestrator/address/prefix-set.ts';
import { Config } from '../../../../orchestrator/config/config.ts';
import { prepareTargets } from '../../../../orchestrator/tools/zmap/targets.ts';
import { makeContext, temporaryFolder } from '../context.ts';

const test = suite('zmap-targets');

/** Writes zmap's input files, without zmap: nothing here sends a packet. */
async function prepare(settings: { lab: boolean; blocklist: string | null; targets: string[]; ipv6: boolean }) {
  const { lab, targets, ipv6 } = settings;
  const blocklist = settings.blocklist === null ? null : join(await temporaryFolder(), 'blocklist');
  if (blocklist !== null) await writeFile(blocklist, settings.blocklist ?? '');
  const config = Config.parse({
    lab,
    lab_ranges: lab ? ['198.18.0.0/15', '2001:db8::/32'] : [],
    contact: 'survey@example.edu',
    targets: { list: 'x' },
    scan: { blocklist, rate: 100 },
  });
  const context = await makeContext<unknown, Config>({ rows: [], config });
  async function* given(): AsyncGenerator<string> {
    yield* targets;
  }
  const addresses = await prepareTargets(context, given(), ipv6);
  const file = (name: string) => readFile(join(context.folder, name), 'utf8');
  return { addresses, file, set: async (name: string) => new PrefixSet(parseBlocklist(await file(name), name)) };
}

function holds(set: PrefixSet, text: string): boolean {
  const address = parseAddress(text);
  if (address === null) throw new Error(`${text} is no address`);
  return set.contains(address);
}

const special = {
  4: [
    '10.0.0.1',
    '127.0.0.1',
    '169.254.9.9',
    '172.31.0.1',
    '192.168.0.1',
    '198.18.4.7',
    '224.0.0.1',
    '255.255.255.255',
  ],
  6: [
    '::1',
    '2001:db8::1',
    'fd00::1',
    'fe80::1',
    'ff02::1',
    '2002:808:808::1',
    '3fff::1',
    '64:ff9b::10.0.0.1',
    '64:ff9b::8.8.8.8',
  ],
} as const;
const open = {
  4: ['8.8.8.8', '172.32.0.1', '223.255.255.255'],
  6: ['2a00::1', '2600::1'],
} as const;
const optOuts = '9.9.9.0/24 # asked for\n198.18.0.77\n2a00:77::/32\n2001:db8:7::/48\n';
const optedOut = { 4: ['9.9.9.9', '198.18.0.77'], 6: ['2a00:77::1', '2001:db8:7::1', '64:ff9b::9.9.9.9'] } as const;
const files = { 4: 'blocklist.txt', 6: 'opt-out6.txt' } as const;
const targets = [...open[4], '10.0.0.0/24', ...open[6], ...special[6], ...optedOut[6]];

for (const family of [4, 6] as const) {
  for (const blocklist of [null, optOuts]) {
    const list = blocklist === null ? 'without a list of opt-outs' : 'beside the opt-outs';
    test(`in the open the special-purpose ranges are in ${files[family]}, ${list}`, async () => {
      const { set } = await prepare({ lab: false, blocklist, targets, ipv6: true });
      const blocked = await set(files[family]);
      for (const address of special[family]) assert.ok(holds(blocked, address), address);
      for (const address of open[family]) assert.not(holds(blocked, address), address);
      for (const address of optedOut[family]) if (blocklist !== null) assert.ok(holds(blocked, address), address);
    });
  }

  test(`in the lab ${files[family]} holds the opt-outs and nothing else`, async () => {
    const { file } = await prepare({
      lab: true,
      blocklist: optOuts,
      targets: ['198.18.0.1', '2001:db8::1'],
      ipv6: true,
    });
    const lines = (await file(files[family])).trimEnd().split('\n').slice(1);
    const behindTranslators = ['64:ff9b::909:900/120', '64:ff9b::c612:4d/128'];
    const own = {
      4: ['9.9.9.0/24', '198.18.0.77/32'],
      6: [...behindTranslators, '2a00:77::/32', '2001:db8:7::/48'],
    };
    assert.equal(lines, own[family]);
  });
}

const hitlists: [sentence: string, lab: boolean, blocklist: string | null, kept: number][] = [
  ['in the open global addresses stay on the hitlist', false, null, 4],
  ['and those that opted out do not', false, optOuts, 2],
  ['in the lab its own range stays beside them', true, optOuts, 3],
];
for (const [sentence, lab, blocklist, kept] of hitlists) {
  test(sentence, async () => {
    const given = [...open[6], '2001:db8::1', '2001:db8:7::1', '2a00:77::1', '2a00:77::2', 'fd00::1'];
    const { file, addresses } = await prepare({ lab, blocklist, targets: given, ipv6: true });
    assert.is(JSON.parse(await file('hitlist.json')).kept, kept);
    assert.equal(addresses, { 4: 0, 6: given.length });
  });
}

test('targets are written by family and counted, prefixes by their size', async () => {
  const given = ['9.0.0.0/24', '2a00::1', '8.8.8.8'];
  const { file, addresses } = await prepare({ lab: false, blocklist: null, targets: given, ipv6: false });
  assert.equal(addresses, { 4: 257, 6: 1 });
  assert.is(await file('allowlist.txt'), '9.0.0.0/24\n8.8.8.8/32\n');
  assert.is(await file('hitlist.txt'), '2a00::1\n');
  assert.is(await file('zmap.conf'), '', 'not the one of the machine');
});

test.run();
