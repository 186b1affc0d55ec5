import { readdirSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../orchestrator/config/config.ts';
import { roles } from '../../../orchestrator/roles.ts';
import { tools } from '../../../orchestrator/tools/index.ts';

const registry = suite('registry');
const root = new URL('../../../', import.meta.url);
const namesIn = (folder: string) => readdirSync(new URL(folder, root)).sort();

const registered = Object.entries(tools).flatMap(([role, byName]) =>
  Object.entries(byName).map(([name, tool]) => ({ role, name, tool })),
);
/** command makes a tool of whatever the user names: it has no entry, but all else that a tool has. */
const adapters = [...registered.map(({ name }) => name), 'command'];

registry('every folder is that of a tool, and beside them lies the registry alone', () => {
  assert.equal(namesIn('orchestrator/tools'), [...new Set(adapters), 'finder.ts', 'index.ts'].sort());
});

registry('every role has a tool', () => {
  assert.equal(Object.keys(tools).sort(), Object.keys(roles).sort());
  for (const role of Object.keys(roles))
    assert.ok(
      registered.some((entry) => entry.role === role),
      role,
    );
});

for (const name of adapters) {
  registry(`${name} has its file, raw schema, test and fixture`, () => {
    const files = namesIn(`orchestrator/tools/${name}`);
    assert.ok(files.includes('tool.ts') && files.includes('raw.ts'), 'tool and raw schema');
    assert.ok(namesIn(`test/orchestrator/tools/${name}`).includes('tool.test.ts'), 'test');
    const fixture = namesIn(`test/fixtures/${name}`);
    assert.ok(fixture.includes('README.md') && fixture.length > 1, 'fixture with its origin');
  });
}

const parts = [
  'name',
  'screensPrefixes',
  'partsAtOnce',
  'programs',
  'takesOptOuts',
  'check',
  'collect',
  'decodesAsItCollects',
  'fetches',
  'inOrder',
  'decode',
  'raw',
  'fields',
  'lookUp',
  'toRecord',
  'inputs',
  'readThrough',
  'facts',
  'leftOut',
  'cost',
];
for (const { name, tool } of registered) {
  registry(`${name} is registered under its own name, its parts in the one order`, () => {
    assert.is(tool.name, name);
    const own = Object.keys(tool);
    assert.equal(
      own,
      parts.filter((part) => own.includes(part)),
    );
  });
}

/** What a stage asks at most is dealt out evenly before it is known: a part then has no whole number of units. */
for (const { role, name, tool } of registered) {
  registry(`${name} as ${role} says what 4,681.14 units cost`, () => {
    const config = Config.parse({ targets: { list: 'x' }, os: { tool: 'nmap' }, hops: true });
    const cost = tool.cost?.({ units: 4681.14, 4: 4681.14, 6: 0 }, config);
    if (cost !== undefined) assert.ok(cost.packets.least >= 0 && (cost.seconds.most ?? 1) >= cost.seconds.least);
  });
}

/** First lines of Debian 12 and 13; a version is the number alone, without what the sentence puts behind it. */
const versions: [program: string, said: string, version: string][] = [
  ['tshark', 'TShark (Wireshark) 4.0.17 (Git v4.0.17 packaged as 4.0.17-0+deb12u3).', '4.0.17'],
  ['tshark', 'TShark (Wireshark) 4.4.19.', '4.4.19'],
  ['dumpcap', 'Dumpcap (Wireshark) 4.4.19.', '4.4.19'],
  ['nmap', 'Nmap version 7.95 ( https://nmap.org )', '7.95'],
  ['mptcpize', 'mptcpize 0.13', '0.13'],
  ['wget', 'GNU Wget 1.25.0 built on linux-gnu.', '1.25.0'],
  ['zmap', 'zmap 2.1.1', '2.1.1'],
  ['mptcp-guard', 'mptcp-guard 1', '1'],
  ['traceroute', 'Modern traceroute for Linux, version 2.1.2', '2.1.2'],
  ['mptcp-sweep', 'mptcp-sweep 1', '1'],
  ['adnshost', 'adnshost (GNU adns) 1.6.1', '1.6.1'],
];
for (const [name, said, version] of versions) {
  registry(`the version of "${said}" is ${version}`, () => {
    const program = registered.flatMap(({ tool }) => tool.programs ?? []).find((one) => one.name === name);
    assert.is(program?.version.pattern.exec(said)?.[1], version);
  });
}

registry('every tool that census.yaml may name is there', () => {
  const config = Config.parse({ targets: { list: 'x' }, os: { tool: 'nmap' } });
  const named = [config.resolve, config.scan, config.handshake, config.asn, config.whois, config.geo, config.path];
  const { os } = config;
  for (const { tool } of typeof os === 'boolean' ? named : [...named, os]) {
    assert.ok(
      registered.some(({ name }) => name === tool),
      String(tool),
    );
  }
});

registry.run();
