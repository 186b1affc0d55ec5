import { mkdtemp } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CensusError } from '../../../../orchestrator/errors.ts';
import { askInBulk } from '../../../../orchestrator/tools/cymru/bulk.ts';

const test = suite('tools/cymru/short');

const addresses = ['198.18.4.1', '198.18.4.2', '2001:db8::7'];
const of = (address: string) => `64500 | ${address} | 198.18.0.0/15 | FI | ripencc | 2011-03-01 | EXAMPLE`;

/** What is said of an answer of these lines, after which the server closes; "" when it is taken as whole. */
async function saidOf(lines: string[]): Promise<{ said: string; counted: number }> {
  const server = createServer((socket) => {
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      text += chunk;
      if (text.endsWith('\nend\n')) socket.end(`${lines.join('\n')}\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let counted = 0;
  try {
    await askInBulk({
      place: 'whois/00000',
      server: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      addresses: (async function* () {
        yield* addresses;
      })(),
      answerFile: join(await mkdtemp(join(tmpdir(), 'cymru-short-')), 'answer.txt'),
      signal: new AbortController().signal,
      onAnswered: (count) => {
        counted = count;
      },
    });
    return { said: '', counted };
  } catch (error) {
    assert.instance(error, CensusError);
    return { said: (error as CensusError).message, counted };
  } finally {
    server.close();
  }
}

const heading = 'AS      | IP               | BGP Prefix          | CC | Registry | Allocated  | AS Name';
const short: [sentence: string, lines: string[], answered: number][] = [
  ['a heading is none', [heading, of('198.18.4.1'), of('198.18.4.2')], 2],
  ['of an address that nobody asked for is none', [of('198.18.4.1'), of('198.18.4.2'), of('198.18.4.9')], 2],
  ['a second answer of one address is none', [of('198.18.4.1'), of('198.18.4.1'), of('198.18.4.2')], 2],
  ['a line between bars that names no address is none', ['a | b | c', of('198.18.4.1')], 1],
];
for (const [sentence, lines, answered] of short) {
  test(`an answer that stops short is an error: ${sentence}`, async () => {
    const { said, counted } = await saidOf(lines);
    assert.match(said, `closed the connection after ${answered} of 3 questions`);
    assert.is(counted, answered);
  });
}

const whole: [sentence: string, lines: string[]][] = [
  ['in another order', [of('2001:db8::7'), of('198.18.4.2'), of('198.18.4.1')]],
  ['in another spelling', [of('2001:DB8:0:0::7'), of('198.18.4.1'), of('198.18.4.2')]],
  ['one question refused', ['Error: no ASN or IP match on line 4.', of('198.18.4.1'), of('198.18.4.2')]],
  ['with headings before and between', [heading, of('2001:db8::7'), heading, of('198.18.4.2'), of('198.18.4.1')]],
];
for (const [sentence, lines] of whole) {
  test(`an answer to every question is whole: ${sentence}`, async () => {
    assert.equal(await saidOf(lines), { said: '', counted: 3 });
  });
}

test.run();
