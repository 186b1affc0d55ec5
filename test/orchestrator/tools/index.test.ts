import { readdirSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../orchestrator/config.ts';
import { roles } from '../../../orchestrator/roles.ts';
import { tools } from '../../../orchestrator/tools/index.ts';

const registry = suite('registry');
const root = new URL('../../../', import.meta.url);
const namesIn = (folder: string) => readdirSync(new URL(folder, root)).sort();

const registered = Object.entries(tools).flatMap(([role, byName]) =>
  Object.entries(byName).map(([name, tool]) => ({ role, name, tool })),
);
/** command.ts makes a tool of whatever the user names: it has no entry, but all else that a tool has. */
const adapters = [...registered.map(({ name }) => name), 'command'];

registry('every file of the folder is a registered tool, or belongs to one by its name', () => {
  const strangers = namesIn('orchestrator/tools')
    .map((file) => file.replace(/\.ts$/, ''))
    .filter((file) => file !== 'index' && !adapters.includes(file))
    .filter((file) => !adapters.some((name) => file.startsWith(`${name}-`)));
  assert.equal(strangers, []);
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
    assert.ok(namesIn('orchestrator/tools').includes(`${name}.ts`), 'tool');
    assert.ok(namesIn('orchestrator/schemas/raw').includes(`${name}.ts`), 'raw schema');
    assert.ok(namesIn('test/orchestrator/tools').includes(`${name}.test.ts`), 'test');
    const fixture = namesIn(`test/fixtures/${name}`);
    assert.ok(fixture.includes('README.md') && fixture.length > 1, 'fixture with its origin');
  });
}

const parts = ['name', 'programs', 'collect', 'decode', 'raw', 'toRecord', 'inputs', 'facts'];
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
