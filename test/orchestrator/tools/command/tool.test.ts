import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import { ProgramError } from '../../../../orchestrator/errors.ts';
import { roles } from '../../../../orchestrator/roles.ts';
import { commandTool } from '../../../../orchestrator/tools/command/tool.ts';
import { decodeAll, makeContext } from '../context.ts';

const commandSuite = suite('command');
const resolver = new URL('../../../fixtures/command/fixed-resolver.mjs', import.meta.url).pathname;
const config = Config.parse({ targets: { list: 'names.txt' } });
const rows = [
  { name: 'a.example', type: 'A' },
  { name: 'a.example', type: 'AAAA' },
  { name: 'b.gone', type: 'A' },
];

commandSuite("a user's own program of ten lines resolves, and its records are the role's", async () => {
  const tool = commandTool(['node', resolver]);
  const context = await makeContext<unknown, Config>({ rows, config });
  await tool.collect?.(context);
  const { records, rejects } = await decodeAll(tool, context);
  assert.equal(rejects, []);
  assert.equal(
    records.map((record) => roles.resolver.record.parse(record)),
    [
      { name: 'a.example', type: 'A', addresses: ['198.18.0.1'], chain: [], status: 'ok', failure: null },
      { name: 'a.example', type: 'AAAA', addresses: ['2001:db8::1'], chain: [], status: 'ok', failure: null },
      { name: 'b.gone', type: 'A', addresses: [], chain: [], status: 'gone', failure: 'no_data' },
    ].map((record) => ({ ...record, ttl: null, answered_at: null })),
  );
});

commandSuite('lines that are no JSON objects are rejected with their text, blank ones are not', async () => {
  const printed = ['{"name":"a.example"', '', '[1]', '"text"', 'null', '{"any":1}'];
  const tool = commandTool(['printf', '%s\\n', ...printed]);
  const context = await makeContext<unknown, Config>({ rows, config });
  await tool.collect?.(context);
  const { records, rejects } = await decodeAll(tool, context);
  assert.equal(records, [{ any: 1 }]);
  assert.equal(
    rejects.map(({ line }) => line),
    ['{"name":"a.example"', '[1]', '"text"', 'null'],
  );
});

const failing: [title: string, command: string[], message: RegExp][] = [
  ['an exit code other than 0 fails the part', ['sh', '-c', 'echo why >&2; exit 3'], /exited with 3[\s\S]*why/],
  ['a program that is not there fails the part', ['no-such-program-here'], /no-such-program-here/],
];
for (const [title, command, message] of failing) {
  commandSuite(title, async () => {
    const tool = commandTool(command);
    try {
      await tool.collect?.(await makeContext<unknown, Config>({ rows, config }));
      assert.unreachable('it went through');
    } catch (error) {
      assert.instance(error, ProgramError);
      assert.match(String(error), message);
    }
  });
}

commandSuite.run();
