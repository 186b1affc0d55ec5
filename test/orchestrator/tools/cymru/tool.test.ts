import { copyFile, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import { CensusError } from '../../../../orchestrator/errors.ts';
import { WhoisRecord } from '../../../../orchestrator/schemas/records/whois.ts';
import { askInBulk } from '../../../../orchestrator/tools/cymru/bulk.ts';
import { cymru } from '../../../../orchestrator/tools/cymru/tool.ts';
import { decodeAll, makeContext } from '../context.ts';

const test = suite('tools/cymru');
const fixture = 'test/fixtures/cymru/several-answers.txt';
const asked = ['198.18.9.9', '198.18.4.7', '10.1.2.3', '2001:db8::7', '198.18.77.1'].map((address) => ({ address }));

function configFor(port: number, server: string | null = '127.0.0.1') {
  return Config.parse({ targets: { prefixes: ['198.18.0.0/24'] }, whois: { server, port } });
}

const bare = { prefix: null, country: null, registry: null, allocated: null, as_name: null, asn: null };
const expected: Record<string, unknown>[] = [
  {
    address: '198.18.9.9',
    asn: 64512,
    prefix: '198.18.9.0/24',
    country: 'JP',
    registry: 'apnic',
    allocated: '2000-01-01',
    as_name: 'BAR | AND-BAR Example KK, JP',
    failure: null,
  },
  {
    address: '198.18.4.7',
    asn: 64501,
    prefix: '198.18.4.0/22',
    country: 'FI',
    registry: 'ripencc',
    allocated: '2012-06-30',
    as_name: 'EXAMPLE-AS Example Hosting Oy, FI',
    failure: null,
  },
  { ...bare, address: '10.1.2.3', registry: 'other', failure: 'no_data' },
  {
    address: '2001:db8::7',
    asn: 64510,
    prefix: '2001:db8::/32',
    country: 'DE',
    registry: 'ripencc',
    allocated: '2005-05-05',
    as_name: 'V6-AS Beispiel GmbH, DE',
    failure: null,
  },
];

/** Core rejects what is said of others. */
const onlyAsked = (records: WhoisRecord[]) =>
  records.filter((record) => asked.some(({ address }) => address === record.address));

test('the most specific prefix and its first origin decide, in the order and spelling of the input', async () => {
  const context = await makeContext({ rows: asked, config: configFor(43) });
  await copyFile(fixture, join(context.folder, 'answer.txt'));
  const { records, rejects } = await decodeAll(cymru, context);
  assert.equal(onlyAsked(records), expected);
  assert.is(records.length, expected.length + 1);
  for (const record of records) WhoisRecord.parse(record);
  assert.equal(
    rejects.map((reject) => reject.reason),
    ['no answer line: Error: no ASN or IP match on line 6.'],
  );
  assert.ok(rejects.every((reject) => reject.line !== null));
});

/** A server that reads all questions and then hands the connection over to the case. */
async function withServer<T>(
  answer: (socket: Socket, questions: string[]) => void,
  use: (port: number) => Promise<T>,
): Promise<T> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      text += chunk;
      if (text.endsWith('\nend\n')) answer(socket, text.split('\n').slice(0, -1));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    for (const socket of open) socket.destroy();
    server.close();
  }
}

test('an answer cut into chunks of seven bytes is kept to the byte', async () => {
  const bytes = await readFile(fixture);
  await withServer(
    (socket, questions) => {
      assert.equal(questions, ['begin', 'verbose', ...asked.map((row) => row.address), 'end']);
      for (let at = 0; at < bytes.length; at += 7) socket.write(bytes.subarray(at, at + 7));
      socket.end();
    },
    async (port) => {
      const context = await makeContext({ rows: asked, config: configFor(port), stage: 'whois' });
      await cymru.collect?.(context);
      assert.equal(await readFile(join(context.folder, 'answer.txt')), bytes);
      assert.equal(onlyAsked((await decodeAll(cymru, context)).records), expected);
    },
  );
});

test('ten thousand questions pass a server that answers while it reads', async () => {
  const rows = Array.from({ length: 10_000 }, (_, n) => ({ address: `198.18.${n >> 8}.${n & 255}` }));
  const server = createServer((socket) => {
    let rest = '';
    socket.on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line === 'end') socket.end();
        else if (line.includes('.'))
          socket.write(`64500 | ${line} | 198.18.0.0/15 | FI | ripencc | 2011-03-01 | EXAMPLE\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const context = await makeContext({ rows, config: configFor((server.address() as AddressInfo).port) });
  await cymru.collect?.(context);
  server.close();
  assert.is(context.progressed.at(-1), 10_000);
  assert.is((await decodeAll(cymru, context)).records.length, 10_000);
});

const breaks: [string, (socket: Socket) => void, RegExp][] = [
  [
    'a close in the middle of the answer',
    (socket) => socket.end('64500 | 198.18.4.7 | 198.18.4.0/22 | FI | ripencc | 2012-06-30 | EX'),
    /closed the connection after 0 of 5 questions/,
  ],
  ['a reset', (socket) => socket.resetAndDestroy(), /broke the connection \(.*ECONNRESET/],
  ['silence', () => undefined, /hung: nothing heard for 0\.2 s/],
  [
    'an answer that drips without ever being silent',
    (socket) => again(socket, () => socket.write('6'), 50),
    /drips: it was not through after 1 s/,
  ],
  [
    'a flood of lines',
    (socket) => again(socket, () => socket.write('Bulk mode; one of many\n'.repeat(1000)), 1),
    /sent more than 86016 bytes as the answer to 5 questions/,
  ],
  ['a line without an end', (socket) => socket.write('x'.repeat(70_000)), /sent a line of more than 16384 characters/],
];

/** Does something until the connection is gone. */
function again(socket: Socket, act: () => void, everyMs: number): void {
  const acting = setInterval(act, everyMs);
  socket.once('close', () => clearInterval(acting));
}

for (const [name, answer, message] of breaks) {
  test(`${name} is an error that names stage, part and server`, async () => {
    await withServer(answer, async (port) => {
      const context = await makeContext({ rows: asked, config: configFor(port) });
      try {
        await askInBulk({
          place: 'whois/00000',
          server: '127.0.0.1',
          port,
          idleMs: 200,
          wholeMs: 500,
          addresses: (async function* () {
            for (const row of asked) yield row.address;
          })(),
          answerFile: join(context.folder, 'answer.txt'),
          signal: context.signal,
          onAnswered: () => undefined,
        });
      } catch (error) {
        assert.instance(error, CensusError);
        assert.match((error as CensusError).message, message);
        assert.match((error as CensusError).message, `whois/00000: the whois server 127.0.0.1:${port}`);
        assert.match((error as CensusError).hint, 'whois.server');
        return;
      }
      assert.unreachable('nothing was thrown');
    });
  });
}

test('a closed port is an error of the same kind, an abort keeps its reason', async () => {
  const port = await withServer(
    () => undefined,
    async (open) => open,
  );
  const context = await makeContext({ rows: asked, config: configFor(port), stage: 'whois' });
  await cymru.collect?.(context).then(
    () => assert.unreachable(),
    (error: Error) => assert.match(error.message, /^whois\/00000: .*ECONNREFUSED/),
  );
  const abort = new AbortController();
  const folder = await mkdtemp(join(tmpdir(), 'census-cymru-'));
  await withServer(
    () => abort.abort(),
    async (live) => {
      const other = await makeContext({ rows: asked, config: configFor(live), folder });
      await cymru.collect?.({ ...other, signal: abort.signal }).then(
        () => assert.unreachable(),
        (error: Error) => assert.is(error.name, 'AbortError'),
      );
    },
  );
});

const unreadable: [title: string, line: string, readable: boolean][] = [
  ['an AS with letters before it', 'AS64500 | 198.18.4.7 | 198.18.4.0/22 | FI | ripencc | 2012-06-30 | EX', false],
  ['a word instead of an AS', 'unknown | 198.18.4.7 | 198.18.4.0/22 | FI | ripencc | 2012-06-30 | EX', false],
  ['a prefix that is none', '64500 | 198.18.4.7 | everything | FI | ripencc | 2012-06-30 | EX', false],
  ['a page of a web server', '<html>', false],
  ['no AS at all', 'NA | 198.18.4.7 | NA | | other | | NA', true],
  ['several origins', '64500 64501 | 198.18.4.7 | 2001:db8::/32 | FI | ripencc | 2012-06-30 | EX', true],
  ['a question that it does not understand', 'Error: no ASN or IP match on line 1.', true],
];
for (const [title, line, readable] of unreadable) {
  test(`${title} ${readable ? 'is an answer' : 'cannot be read, and is never taken for "not known"'}`, async () => {
    const context = await makeContext({ rows: asked, config: configFor(43) });
    await writeFile(join(context.folder, 'answer.txt'), `${line}\n`);
    const { records, rejects } = await decodeAll(cymru, context);
    assert.is(
      rejects.some(({ reason }) => reason === 'schema'),
      !readable,
    );
    assert.ok(readable || records.length === 0);
  });
}

test('without a server nothing is asked', async () => {
  const context = await makeContext({ rows: asked, config: configFor(43, null) });
  await cymru.collect?.(context).then(
    () => assert.unreachable(),
    (error: CensusError) => assert.is(error.code, 'E_CONFIG'),
  );
});

test.run();
