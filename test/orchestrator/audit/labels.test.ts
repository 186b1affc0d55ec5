import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readLabels } from '../../../orchestrator/audit/labels.ts';

const test = suite('audit/labels');

async function read(text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'census-labels-'));
  const file = join(folder, 'labels');
  await writeFile(file, text);
  const { labelled, rejected } = await readLabels(file);
  await rm(folder, { recursive: true });
  return {
    labelled: labelled.map(({ address, port, version, label }) => `v${version} ${address} ${port} ${label}`),
    rejected: rejected.map(({ line, reason }) => `${line}: ${reason}`),
  };
}

const claim = { address: '198.18.0.1', port: 80, version: 1 };
const json = (...lines: object[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

const good: [title: string, text: string, labelled: string[]][] = [
  ['lines of JSON', json({ ...claim, label: 'capable', replies: [] }), ['v1 198.18.0.1 80 capable']],
  ['a label with blanks around it', json({ ...claim, label: ' unsure ' }), ['v1 198.18.0.1 80 unsure']],
  ['CSV below a heading', 'label,address,port,version\ncapable,198.18.0.1,80,0\n', ['v0 198.18.0.1 80 capable']],
  [
    'CSV with other columns, quotes, a byte order mark and CRLF',
    '\ufeffnote,Version,PORT,"address",label\r\n"a, ""b""",1,443,2001:DB8::1,silent\r\n\r\n',
    ['v1 2001:db8::1 443 silent'],
  ],
  ['an empty file', '', []],
];
for (const [title, text, labelled] of good) {
  test(`${title}: all of it is read`, async () => {
    assert.equal(await read(text), { labelled, rejected: [] });
  });
}

const bad: [text: string, reason: RegExp][] = [
  [json({ ...claim, label: '' }), /^1: no label$/],
  [json({ ...claim, label: 'yes' }), /^1: label yes is none of capable, .*, unsure$/],
  [json({ ...claim, label: 'capable', address: 'a.example' }), /^1: a.example is not an address$/],
  [json({ ...claim, label: 'capable', port: 0 }), /^1: port: /],
  [json({ ...claim, label: 'capable', version: 2 }), /^1: version: /],
  [json({ ...claim }), /^1: label: /],
  ['{"label":\n', /^1: no JSON$/],
  ['label,address,port,version\ncapable,198.18.0.1,80\n', /^2: 3 cells, the heading has 4$/],
  ['label,address,port,version\n"capable,198.18.0.1,80,1\n', /^2: a quote that does not end$/],
  ['address,port,version\n198.18.0.1,80,1\n', /^2: label: /],
];
for (const [text, reason] of bad) {
  test(`${JSON.stringify(text)} is kept with its reason`, async () => {
    const { labelled, rejected } = await read(text);
    assert.equal(labelled, []);
    assert.is(rejected.length, 1);
    assert.match(rejected[0] ?? '', reason);
  });
}

test('a claim that is labelled twice keeps the first label; another version is another claim', async () => {
  const lines = json(
    { ...claim, label: 'capable' },
    { ...claim, label: 'silent' },
    { ...claim, version: 0, label: 'silent' },
  );
  assert.equal(await read(lines), {
    labelled: ['v1 198.18.0.1 80 capable', 'v0 198.18.0.1 80 silent'],
    rejected: ['2: labelled in line 1 already'],
  });
});

test.run();
