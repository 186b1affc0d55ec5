import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { purgedUnits, rowBatches } from '../../../../orchestrator/core/folder/ndjson.ts';

const test = suite('ndjson');

const folder = mkdtempSync(join(tmpdir(), 'ndjson-'));
const Row = z.strictObject({ text: z.string() });
/** So much of a file is read at once. */
const piece = 1 << 18;

function fileOf(name: string, ...lines: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}

/** A row that takes so many bytes with its line end. */
function filler(bytes: number): string {
  const empty = JSON.stringify({ text: '' });
  return JSON.stringify({ text: 'x'.repeat(bytes - empty.length - 1) });
}

test('what is left of purged rows is found wherever a piece of the file ends, and is no row', async () => {
  const mark = '{"purged":3,"blocked":1}';
  for (let before = 0; before <= mark.length + 1; before += 1) {
    const path = fileOf('seam.ndjson', filler(piece - before), mark, filler(20));
    assert.equal(await purgedUnits(path), { units: 3, blocked: 1, opted_out: 0, within: 0 });
    let rows = 0;
    for await (const batch of rowBatches(path, Row)) rows += batch.length;
    assert.is(rows, 2);
  }
});

const files: [sentence: string, lines: string[], units: number, within: number][] = [
  ['no line', [], 0, 0],
  ['no row that was purged', [filler(20), filler(30)], 0, 0],
  ['purged rows alone', ['{"purged":1}', '{"purged":2}'], 3, 0],
  ['some within a prefix', ['{"purged_within":4,"purge":0}', filler(20), '{"purged":2}'], 2, 4],
  ['a row of whose text nothing was purged', [JSON.stringify({ text: '{"purged":7}' })], 0, 0],
  ['a row that begins as if it had been', [JSON.stringify({ text: 'x', more: '{"purged' })], 0, 0],
];
for (const [sentence, lines, units, within] of files) {
  test(`purged units are counted: ${sentence}`, async () => {
    assert.equal(await purgedUnits(fileOf('file.ndjson', ...lines)), { units, blocked: 0, opted_out: 0, within });
  });
}

test.run();
