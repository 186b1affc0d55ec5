import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import { ScanRecord } from '../../../../orchestrator/schemas/records/scan.ts';
import { zmap } from '../../../../orchestrator/tools/zmap/tool.ts';
import { decodeAll, makeContext } from '../context.ts';

const zmapTool = suite('zmap: what ICMP errors quote');
const fixture = new URL('../../../fixtures/zmap/v1.ndjson', import.meta.url);
const config = Config.parse({
  lab: true,
  lab_ranges: ['198.18.0.0/15'],
  targets: { list: 'x' },
  scan: { versions: [1] },
});

const whole = '020405b40402080aef52a63a00000000010303071e040101';
const stripped = '020405b40402080aef52a63a000000000103030701010101';
const quotes: [
  sentence: string,
  raw: Record<string, unknown>,
  option: string | null,
  options: string | null,
  missing: string | null,
][] = [
  ['whole', { icmp_quoted_option: '1e040101', icmp_quoted_options: whole }, '1e040101', whole, null],
  ['without our option', { icmp_quoted_option: null, icmp_quoted_options: stripped }, null, stripped, null],
  ['in 28 bytes', { icmp_quoted_option: null, icmp_quoted_options: null }, null, null, 'not_returned'],
  ['half', { icmp_quoted_option: '1e0401', icmp_quoted_options: null }, '1e0401', null, 'not_returned'],
  [
    'in lines that leave it out',
    { icmp_quoted_option: null, icmp_quoted_options: undefined },
    null,
    null,
    'not_measured',
  ],
];
for (const [sentence, raw, option, options, missing] of quotes) {
  zmapTool(`a SYN that an ICMP error quotes ${sentence} becomes a record that says so`, async () => {
    const context = await makeContext({ rows: [{ target: '198.19.0.0/16' }], config, seed: 2015 });
    const lines = (await readFile(fixture, 'utf8')).split('\n').filter((line) => line !== '');
    const icmp = lines.map((line) => JSON.parse(line)).find(({ icmp_type }) => icmp_type === 11);
    await writeFile(join(context.folder, '80-v1.ndjson'), `${JSON.stringify({ ...icmp, ...raw })}\n`);
    const { records, rejects } = await decodeAll(zmap, context);
    assert.equal(rejects, []);
    const [record] = records.map((row) => ScanRecord.parse(row));
    assert.equal(
      [record?.icmp_quoted_option, record?.icmp_quoted_options, record?.icmp_quoted_options_missing],
      [option, options, missing],
    );
  });
}

zmapTool.run();
