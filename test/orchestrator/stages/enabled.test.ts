import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../orchestrator/config/config.ts';
import { asn } from '../../../orchestrator/stages/asn.ts';
import { geo } from '../../../orchestrator/stages/geo.ts';
import { whois } from '../../../orchestrator/stages/whois.ts';
import { findTool } from '../../../orchestrator/tools/finder.ts';

const test = suite('which stages are enabled');

const cases: [stage: typeof whois | typeof asn | typeof geo, section: object, enabled: boolean][] = [
  [whois, { tool: 'cymru', port: 4343 }, false],
  [whois, { server: 'whois.example' }, true],
  [whois, { tool: { command: ['ask'] } }, true],
  [asn, { tool: 'ip2asn-lite', names: 'names.txt' }, false],
  [asn, { rib: 'table.dat' }, true],
  [asn, { archive: 'https://archive.example/' }, true],
  [geo, { tool: 'maxmind' }, false],
  [geo, { city: 'city.mmdb' }, true],
];
for (const [stage, section, is] of cases) {
  const { name, enabled } = stage(findTool);
  const told = JSON.stringify(section);
  test(`${name} with ${told} is ${is ? 'enabled' : 'disabled from the start, and does not fail after packets'}`, () => {
    assert.is(enabled(Config.parse({ targets: { list: 'a' }, [name]: section })), is);
  });
}

test.run();
