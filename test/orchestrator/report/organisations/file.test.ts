import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CensusError } from '../../../../orchestrator/errors.ts';
import { readOrganisations } from '../../../../orchestrator/report/organisations/file.ts';

const test = suite('report/organisations/file');
const fixtures = 'test/fixtures/organisations';

function written(content: string | Buffer): string {
  const path = join(mkdtempSync(join(tmpdir(), 'organisations-')), 'file');
  writeFileSync(path, content);
  return path;
}

const hosting = { id: 'EXA-1-ARIN', name: 'Example Hosting Inc.', country: 'US' };
const lone = { id: '@family-64505', name: '@family-64505', country: 'SE' };
const caida = [
  [64500, hosting],
  [64501, hosting],
  [64505, lone],
];

for (const name of ['caida.txt', 'caida.jsonl']) {
  test(`${name} says of each AS which organisation it belongs to, plain and gzipped under any name`, async () => {
    const whole = await readOrganisations(`${fixtures}/${name}`);
    assert.equal([...whole.of], caida);
    assert.equal(whole.rejected, []);
    const zipped = await readOrganisations(written(gzipSync(readFileSync(`${fixtures}/${name}`))));
    assert.equal([...zipped.of], caida);
  });
}

const csv: [sentence: string, text: string, of: [number, string, string | null][]][] = [
  [
    'without a heading',
    '64500,Example\n64501,Example\n',
    [
      [64500, 'Example', null],
      [64501, 'Example', null],
    ],
  ],
  ['with a heading and a country', 'asn,organisation,country\nAS64500,Example,fi\n', [[64500, 'Example', 'FI']]],
  ['with quotes, blanks and CRLF', '"64500" , "Example, Inc. ""A""" , US\r\n', [[64500, 'Example, Inc. "A"', 'US']]],
  ['with a country that is none', '64500,Example,Finland\n', [[64500, 'Example', null]]],
  ['with comments and blank lines', '# mine\n\n4200000007,Example\n', [[4200000007, 'Example', null]]],
];
for (const [sentence, text, of] of csv) {
  test(`CSV ${sentence} is read`, async () => {
    const { of: read, rejected } = await readOrganisations(written(text));
    assert.equal(
      [...read].map(([asn, { name, country }]) => [asn, name, country]),
      of,
    );
    assert.equal(rejected, []);
  });
}

const lines = 'asn,organisation\n64500,Example\n64501,Example\n';
const through = (program: string, text: string) => execFileSync(program, ['-c'], { input: text });
const forms: [sentence: string, content: string | Buffer][] = [
  ['bzip2', through('bzip2', lines)],
  ['xz', through('xz', lines)],
  ['gzip with zeros behind it', Buffer.concat([gzipSync(lines), Buffer.alloc(512)])],
  ['UTF-16 with its mark', Buffer.from(`\ufeff${lines}`, 'utf16le')],
  ['carriage returns alone', lines.replaceAll('\n', '\r')],
];
for (const [sentence, content] of forms) {
  test(`it is read as lists are, told by content: ${sentence}`, async () => {
    const { of, rejected } = await readOrganisations(written(content));
    assert.equal([[...of.keys()], rejected], [[64500, 64501], []]);
  });
}

const misread = [
  '[{"asn":"64500","organizationId":"EXA","type":"ASN"}]',
  '"asn": "64500", "name": "EXA"',
  'x"64500",EXA',
  '64500 "EXA",FI',
  '64500,"EXA" FI',
];
for (const line of misread) {
  test(`no piece of a cell passes for the whole: ${line}`, async () => {
    const { of, rejected } = await readOrganisations(written(`64501,Example\n${line}\n`));
    assert.equal([[...of.keys()], rejected.map(({ reason }) => reason)], [[64501], ['schema']]);
  });
}

test('an organisation of one name in two countries is two', async () => {
  const { of } = await readOrganisations(written('64500,Example,FI\n64501,Example,SE\n64502,Example,FI\n'));
  assert.is(of.get(64500)?.id, of.get(64502)?.id);
  assert.is.not(of.get(64500)?.id, of.get(64501)?.id);
});

test('lines that say nothing are kept with their number and reason, the others count', async () => {
  const { of, rejected } = await readOrganisations(`${fixtures}/damaged.txt`);
  assert.equal([...of], [[64500, hosting]]);
  assert.equal(
    rejected.map(({ line, reason }) => [line, reason]),
    [
      [1, 'schema'],
      [4, '3 fields'],
      [8, 'schema'],
      [9, 'no organisation NO-SUCH-ORG'],
      [10, 'AS64500 already belongs to EXA-1-ARIN'],
      [11, 'schema'],
    ],
  );
  assert.match(rejected[2]?.text ?? '', /^sixty\|/);
});

const unusable: [sentence: string, content: string | Buffer | null, message: RegExp][] = [
  ['is not there', null, /ENOENT/],
  ['is empty', '', /it names no AS$/],
  ['is of another kind', 'some words\nand more\n', /it names no AS; line 1: schema/],
  ['is a page', '<html><body>404</body></html>', /it is an HTML page/],
  [
    'is gzip with something behind it',
    Buffer.concat([gzipSync('64500,Example\n'), Buffer.from('and so on')]),
    /incorrect header|behind/,
  ],
  ['is a cut gzip', gzipSync('64500,Example\n'.repeat(9000)).subarray(0, 60), /unexpected end/],
  ['has more bad lines than can be kept', 'x\n'.repeat(10_001), /more than 10000 lines cannot be used/],
];
for (const [sentence, content, message] of unusable) {
  test(`a file that ${sentence} is an error that names the key and the file`, async () => {
    const path = content === null ? '/nowhere/organisations' : written(content);
    const error = await readOrganisations(path).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof CensusError && error.code === 'E_INPUT', String(error));
    assert.match(error.message, message);
    assert.ok(error.message.startsWith(`asn.organisations: ${path}: `));
  });
}

test.run();
