import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { askInBulk } from '../../../../orchestrator/tools/cymru/bulk.ts';

const test = suite('tools/cymru, stopped');

async function* addressesOf(addresses: string[]): AsyncGenerator<string> {
  yield* addresses;
}

test('a census that is stopped before the server is there says so, and nothing breaks', async () => {
  for (const when of ['before', 'meanwhile']) {
    const stop = new AbortController();
    if (when === 'before') stop.abort();
    const asking = askInBulk({
      ...{ place: 'whois/00000', server: '127.0.0.1', port: 43, signal: stop.signal },
      addresses: addressesOf(['198.18.0.1']),
      answerFile: join(await mkdtemp(join(tmpdir(), 'cymru-')), 'answer'),
      onAnswered: () => undefined,
    });
    stop.abort();
    const thrown: unknown = await asking.catch((error: unknown) => error);
    assert.is(thrown instanceof Error && thrown.name, 'AbortError', when);
  }
});

test.run();
