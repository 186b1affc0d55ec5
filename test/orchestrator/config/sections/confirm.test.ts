import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import { confirmingOf, opinionsOf } from '../../../../orchestrator/config/sections/confirm.ts';
import { storedConfig } from '../../../../orchestrator/config/stored.ts';
import { confirm } from '../../../../orchestrator/stages/confirm.ts';
import { findTool } from '../../../../orchestrator/tools/finder.ts';

const test = suite('confirm');

const configured = (more: Record<string, unknown> = {}) =>
  Config.parse({ targets: { prefixes: ['8.8.8.0/24'] }, ...more });
const own = { command: ['my-prober'] };

const asking: [sentence: string, config: Record<string, unknown>, tool: unknown][] = [
  ['by default zmap asks again what zmap has scanned', {}, 'zmap'],
  ['beside a scan by a program of the user, ours sends nothing', { scan: { tool: own } }, null],
  ['unless it is named', { scan: { tool: own }, confirm: { tool: 'zmap' } }, 'zmap'],
  ['or is a program of the user too', { scan: { tool: own }, confirm: { tool: own } }, own],
  ['switched off, nobody is asked', { confirm: false }, null],
];
for (const [sentence, config, tool] of asking) {
  test(sentence, () => {
    const all = configured(config);
    assert.equal(confirmingOf(all)?.tool ?? null, tool);
    assert.is(confirm(findTool).enabled(all), tool !== null);
    assert.is(opinionsOf(all).length > 0, tool !== null);
  });
}

const questions: [sentence: string, config: Record<string, unknown>, probes: string[]][] = [
  ['both versions', {}, ['port2', 'port2v0', 'grease', 'canary', 'join', 'plain']],
  ['v0 alone is asked of nothing of v1: the study sent none', { scan: { versions: [0] } }, ['port2v0', 'plain']],
  ['v1 alone', { scan: { versions: [1] } }, ['port2', 'grease', 'canary', 'join', 'plain']],
  ['some, in the order of the table', { confirm: { probes: ['plain', 'grease'] } }, ['grease', 'plain']],
];
for (const [sentence, config, probes] of questions) {
  test(`opinions: ${sentence}`, () => assert.equal(opinionsOf(configured(config)), probes));
}

test('a run of before there were second opinions asked none', () => {
  const { confirm: _, ...before } = configured();
  assert.is(storedConfig(before).confirm, false);
});

test.run();
