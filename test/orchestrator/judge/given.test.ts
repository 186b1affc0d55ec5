import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { judgeReplies } from '../../../orchestrator/evidence/judge.ts';
import { replyParser } from '../../../orchestrator/judge/reply-parser.ts';

const test = suite('replies of odd boxes, as they were found');

async function judged(name: string): Promise<string[]> {
  async function* lines() {
    yield* readFileSync(`test/fixtures/zmap/${name}.ndjson`, 'utf8').trimEnd().split('\n');
  }
  const said: string[] = [];
  const refuse = (line: string, reason: string) => assert.unreachable(`${reason}: ${line}`);
  for await (const { version, verdict, rung, rules } of judgeReplies(lines(), replyParser(), refuse))
    said.push(`v${version} ${verdict} ${rung} ${rules.join()}`);
  return said;
}

const cases: [sentence: string, name: string, expected: string[]][] = [
  [
    'a mirror that pads the v1 option with a random tail and returns v0 is capable in neither',
    'padmirror',
    ['v1 echoed_option syn_ack echo_in_other_version', 'v0 echoed_option syn_ack option_echoed'],
  ],
  ['a server with one key for four SYNs has no fresh key', 'constant-x4', ['v1 echoed_option syn_ack key_constant']],
  [
    'one SYN that is answered with two keys has no key that changes',
    'two-synacks',
    ['v1 inconsistent fresh_key one_syn_two_keys'],
  ],
  [
    'a target whose two answers differ is inconsistent, whichever came first',
    'two-replies',
    ['v1 inconsistent fresh_key replies_differ'],
  ],
];
for (const [sentence, name, expected] of cases) test(sentence, async () => assert.equal(await judged(name), expected));

test.run();
