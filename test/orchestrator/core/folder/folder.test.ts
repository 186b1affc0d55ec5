import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { requirePlainPath } from '../../../../orchestrator/core/folder/folder.ts';

const test = suite('paths of run folders');

const patterns = ['/runs/2026-*', '/runs/a?', '/runs/[ab]/run', '/runs/a]', '/runs/back\\slash'];
for (const path of patterns) {
  test(`${path} is refused: the database would take it for a pattern`, () => {
    assert.throws(() => requirePlainPath(path), /which the database takes for a pattern/);
  });
}

for (const path of ['/runs/with space', "/runs/it's", '/runs/a"b', '/runs/new\nline', '/-rf', '/runs/größe,{a,b}%41']) {
  test(`${JSON.stringify(path)} is a path like any other`, () => requirePlainPath(path));
}

test.run();
