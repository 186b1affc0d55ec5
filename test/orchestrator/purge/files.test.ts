import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { purgedLine } from '../../../orchestrator/core/folder/raw-files.ts';
import { purgeFile } from '../../../orchestrator/purge/files.ts';
import { parseParty } from '../../../orchestrator/purge/party.ts';

const test = suite('raw files of a purged party');

const party = parseParty('198.18.4.7');

/** What is left of a file with these lines, beside files of these names. */
async function left(name: string, lines: string[], beside: string[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'purge-files-'));
  try {
    const path = join(folder, name);
    const text = `${lines.join('\n')}\n`;
    writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
    await purgeFile(path, new Set([name.replace(/\.gz$/, ''), ...beside]), party);
    const bytes = readFileSync(path);
    return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().trimEnd().split('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [of, other] = ['64504 | 198.18.4.7 | JP', '64504 | 198.18.4.70 | JP'];
const cases: [sentence: string, name: string, beside: string[], due: string[]][] = [
  ['answers of a program that counts none lose the line', 'answer.txt', [], [other]],
  ['packed ones too', 'answer.txt.gz', ['commands.json'], [other]],
  ['lines that a program counts keep their number', '80-v1.ndjson', ['80-v1.metadata.json'], [purgedLine, other]],
  ['packed ones too, which a program counts', '80-v1.ndjson.gz', ['80-v1.metadata.json'], [purgedLine, other]],
  ['those of another program lose the line', 'records.ndjson', ['80-v1.metadata.json'], [other]],
];
for (const [sentence, name, beside, due] of cases) {
  test(`${name}: ${sentence}`, async () => assert.equal(await left(name, [of, other], beside), due));
}

test.run();
