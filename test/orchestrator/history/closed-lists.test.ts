import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { causes } from '../../../orchestrator/diff/causes.ts';
import { confidenceRules } from '../../../orchestrator/history/confidence.ts';
import { Cause, ConfidenceReason, Mark, Measure } from '../../../orchestrator/schemas/history.ts';

const test = suite('closed lists of docs/history.md');

const page = readFileSync(new URL('../../../docs/history.md', import.meta.url), 'utf8');

/** Rows of the table of a section: first cell, without its marks, and the second. */
function rowsOf(section: string): [string, string][] {
  const text = page.split(`## ${section}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...text.matchAll(/^\| `(\w+)` \| (.*?) \|/gm)].map(([, word = '', rest = '']) => [word, rest]);
}

test('causes are those of the code, in their order, with their sentences', () => {
  assert.equal(
    rowsOf('What changed between two runs'),
    causes.map(({ cause, sentence }) => [cause, sentence]),
  );
  assert.equal(
    causes.map(({ cause }) => cause),
    Cause.options,
  );
});

test('reasons of confidence are those of the code, in their order', () => {
  assert.equal(
    rowsOf('Confidence').map(([word]) => word),
    ConfidenceReason.options,
  );
  assert.equal(
    confidenceRules.map(({ reason }) => reason),
    ConfidenceReason.options,
  );
});

test('measures and marks are those of the code', () => {
  assert.equal(
    rowsOf('What is counted').map(([word]) => word),
    Measure.options,
  );
  const marks = page.split('## Marks\n')[1]?.split('\n## ')[0] ?? '';
  const [, told = ''] = /the hosts: ((?:.|\n)*?)\. A mark/.exec(marks) ?? [];
  assert.equal(
    [...told.matchAll(/`(\w+)`/g)].map(([, word]) => word),
    Mark.options,
  );
});

test.run();
