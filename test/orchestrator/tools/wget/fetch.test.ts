import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectionOf } from '../../../../orchestrator/tools/wget/fetch.ts';

const test = suite('wget/fetch');

test("the library's line names both ends of a connection", () => {
  assert.is(connectionOf('mptcp-census: from 61004 to 2001:db8::1 80'), '61004 2001:db8::1 80');
  assert.is(connectionOf("ERROR: ld.so: object '/x' from LD_PRELOAD cannot be preloaded"), null);
});

test.run();
