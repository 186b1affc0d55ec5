import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Classification, Hmac, Missing, Rung, Scope, VerdictName } from '../../../orchestrator/schemas/lists.ts';

const test = suite('report/queries');
const folder = 'orchestrator/report/queries';
const closed = [Classification, Hmac, Missing, Rung, Scope, VerdictName].flatMap(({ options }) => [...options]);

/** Texts in quotes, but for what stands in comments. */
function literals(sql: string): string[] {
  return [...sql.replaceAll(/--.*$/gm, '').matchAll(/'((?:[^']|'')*)'/g)].map(([, text = '']) => text);
}

test('no query writes a word of a closed list down: macros give them (report/views.ts)', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  assert.ok(files.length > 15, 'the queries are somewhere else');
  const found = files.flatMap((name) =>
    literals(readFileSync(`${folder}/${name}`, 'utf8'))
      .filter((text) => closed.some((word) => word === text))
      .map((text) => `${name}: ${text}`),
  );
  assert.equal(found, []);
});

test('a word in quotes is seen, one in a comment is not', () => {
  assert.equal(literals("SELECT 'capable', x -- 'refused' and so on\nFROM y WHERE z = 'it''s'"), ['capable', "it''s"]);
});

test.run();
