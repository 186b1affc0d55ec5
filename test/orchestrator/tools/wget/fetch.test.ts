import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import { connectionOf, fetchCommand } from '../../../../orchestrator/tools/wget/fetch.ts';

const test = suite('wget/fetch');

test("the library's line names both ends of a connection", () => {
  assert.is(connectionOf('mptcp-census: from 61004 to 2001:db8::1 80'), '61004 2001:db8::1 80');
  assert.is(connectionOf("ERROR: ld.so: object '/x' from LD_PRELOAD cannot be preloaded"), null);
});

const from = { first: 61_002, last: 61_512, next: 61_040 };
const config = Config.parse({ targets: { prefixes: ['198.18.0.0/16'] } });

for (const [port, host] of [
  [80, 'a.example'],
  [443, 'a.example'],
  [8080, 'a.example:8080'],
  [8443, 'a.example:8443'],
] as const) {
  test(`at port ${port} a host of a name is asked for as ${host}`, () => {
    const { args } = fetchCommand({ address: '198.18.0.1', port, host: 'a.example' }, config, from);
    assert.ok(args.includes(`--header=Host: ${host}`), args.join(' '));
  });
}

test.run();
