import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ScanEvidence } from '../../../../orchestrator/evidence/answers.ts';
import { echoCauseOf, echoCauses } from '../../../../orchestrator/evidence/boxes/causes.ts';
import { type Vanished, vanishCauseOf, vanishCauses } from '../../../../orchestrator/evidence/boxes/vanished.ts';
import type { EchoCause, VanishCause } from '../../../../orchestrator/schemas/lists.ts';
import { fresh, fresh2, key0, key1, ours, reply, v0Syn, v1Syn, zero } from '../replies.ts';

const test = suite('causes');

const clock = '27f8425e';
const server = '00abcdef';
type More = Partial<ScanEvidence>;

/** An option area: MSS, SACK, times, NOP, window scale, and what follows, padded with NOPs. */
function area(option: string, value: string, answered: string, first = '020405b4'): string {
  const bytes = `${first}0402080a${value}${answered}01030307${option}`;
  return bytes + '01'.repeat(((8 - (bytes.length % 8)) % 8) / 2);
}

/** A SYN/ACK of Linux behind a box, which returns our clock and has its own. */
const linux = (option: string, more: More = {}): More => ({
  tcp_options: area(option, server, clock),
  sent_tsval: clock,
  ...more,
});
/** Our SYN turned round: identification, window and order stay, the clock is the proxy's. */
const turned = (option: string, more: More = {}): More => linux(option, { ip_id: 54321, window: 64240, ...more });
/** All our options with our clock. */
const returned = (option: string, more: More = {}): More =>
  linux(option, { tcp_options: area(option, clock, '00000000'), ...more });
/** A server whose own options are in another order. */
const other = { options_order: 'mss,nop,ws,nop,nop,ts,mptcp' };

const v1 = (more: More, option = v1Syn) => reply('v1', [option], more);
const v0 = (more: More, option = v0Syn) => reply('v0', [option], more);
const grease = (more: More, option = '1e040f01') => reply('grease', [option], more);
const canary = (option: string, more: More = {}) => reply('canary', [option], { ...linux(option), ...more });
const own = key1(fresh);

const cases: [sentence: string, scans: ScanEvidence[], cause: EchoCause | null][] = [
  ['nothing came', [], null],
  ['a server that draws a key is no echo', [v1(linux(own), own)], null],
  ['a key in a packet that is ours is no server s: packet_reflected', [v1(turned(own), own)], 'syn_reflected'],
  ['a key in a packet with our identification alone', [v1(turned(own, { window: 65160 }), own)], null],
  ['the SYN turned round', [v1(turned(v1Syn))], 'syn_reflected'],
  ['in both versions', [v1(turned(v1Syn)), v0(turned(v0Syn))], 'syn_reflected'],
  ['with a window of none', [v1(turned(v1Syn, { window: 0 }))], 'syn_reflected'],
  ['with a window of its own: one identification may agree by chance', [v1(turned(v1Syn, { window: 29200 }))], null],
  ['... two do not', [v1(turned(v1Syn, { window: 29200 })), v0(turned(v0Syn, { window: 29200 }))], 'syn_reflected'],
  ['one of two turned round: two boxes, or none', [v1(turned(v1Syn)), v0(linux(v0Syn))], null],
  [
    'turned round and filled up: it is still our SYN',
    [v1(turned(`1e0c0101${zero}`), `1e0c0101${zero}`)],
    'syn_reflected',
  ],
  ['turned round with our clock', [v1(returned(v1Syn, { ip_id: 54321, window: 64240 }))], 'syn_reflected'],
  ['we sent an identification of 0', [v1(turned(v1Syn, { ip_id: 0, sent_ip_id: 0 }))], null],
  ['IPv6 has none', [v1(turned(v1Syn, { ip_id: null, sent_ip_id: null }))], null],
  ['records that do not hold what we sent', [v1(turned(v1Syn, { sent_ip_id: null }))], null],
  ['everything returned, clock too', [v1(returned(v1Syn))], 'everything_returned'],
  ['everything but the clock', [v1(linux(v1Syn))], null],
  ['our clock, and another order', [v1(returned(v1Syn, other))], null],
  ['our clock twice', [v1(linux(v1Syn, { tcp_options: area(v1Syn, clock, clock) }))], null],
  ['a clock that is not ours and none returned', [v1(returned(v1Syn, { sent_tsval: '11111111' }))], null],
  ['appended to a SYN/ACK in another order', [v1(linux(v1Syn, other))], 'option_appended'],
  ['appended to one of Linux, whose order is ours: it may be a SYN turned round with care', [v1(linux(v1Syn))], null],
  ['... until a canary beside it does not come back', [v1(linux(v1Syn)), canary(v1Syn)], 'option_appended'],
  [
    '... which does come back from a box that returns all it does not know',
    [
      v1(linux(v1Syn)),
      canary(v1Syn, { faults: ['canary_returned'], tcp_options: `${area(v1Syn, server, clock)}fd04abcd` }),
    ],
    null,
  ],
  [
    'our option in front of the others is not appended',
    [v1({ ...linux(v1Syn, other), tcp_options: `${v1Syn}020405b4` })],
    null,
  ],
  ['a changed one is not appended', [v1(linux('1e040181', other), '1e040181')], null],
  ['filled up with zeros', [v1(linux(`1e0c0101${zero}`), `1e0c0101${zero}`)], 'option_padded'],
  [
    'filled up at random in a version that nobody speaks',
    [grease(linux(`1e0c0f01${fresh}`), `1e0c0f01${fresh}`)],
    null,
  ],
  [
    '... while v0 comes back as it was',
    [grease(linux(`1e0c0f01${fresh}`), `1e0c0f01${fresh}`), v0(linux(v0Syn))],
    'option_padded',
  ],
  [
    'one key for everybody, in any version',
    [
      grease(linux(`1e0c0f01${fresh}`), `1e0c0f01${fresh}`),
      v1(linux(key1(fresh)), key1(fresh)),
      v0(linux(key0(fresh)), key0(fresh)),
    ],
    null,
  ],
  [
    'our option in one version, a key of its own in the other',
    [v1(turned(v1Syn)), v0(turned(key0(fresh2)), key0(fresh2))],
    'syn_reflected',
  ],
  [
    'our option in one version, a key from another packet in the other',
    [v1(turned(v1Syn)), v0(linux(key0(fresh2)), key0(fresh2))],
    null,
  ],
  [
    'filled up in v1 and returned in v0: a server may stand behind a box',
    [v1(linux(key1(fresh)), key1(fresh)), v0(linux(v0Syn))],
    null,
  ],
  [
    '... filled up with zeros there',
    [v1(linux(`1e0c0101${zero}`), `1e0c0101${zero}`), v0(linux(v0Syn))],
    'option_padded',
  ],
  ['a zero key with other flags than ours was not ours', [v1(linux(`1e0c0181${zero}`), `1e0c0181${zero}`)], null],
  [
    'our key turned round',
    [v0(linux(key0(ours.match(/../g)?.reverse().join('') ?? '')), key0(ours.match(/../g)?.reverse().join('') ?? ''))],
    null,
  ],
  ['a canary is answered with a key, and v1 with our option: backends', [v1(linux(v1Syn)), canary(own)], null],
];

for (const [sentence, scans, cause] of cases) {
  test(`${sentence}: ${cause}`, () => {
    assert.is(echoCauseOf(scans), cause);
    assert.is(echoCauseOf([...scans].reverse()), cause);
  });
}

/** What netfilter's synproxy sends (Linux 6.18). */
const synproxy: Vanished = {
  ...{ firstShows: null, contradicted: 0, offered: false, window: 0, ipId: 0, dontFragment: true, tos: 0 },
  order: 'mss,sackok,ts,nop,ws',
};
const gone: [sentence: string, seen: Partial<Vanished>, cause: VanishCause | null][] = [
  ['as it does with all options', {}, 'syn_proxy'],
  ['without timestamps', { order: 'mss,nop,nop,sackok,nop,ws' }, 'syn_proxy'],
  ['with MSS alone', { order: 'mss' }, 'syn_proxy'],
  ['the option is there', { offered: true }, null],
  ['a window of its own', { window: 65160 }, null],
  ['an identification', { ipId: 7 }, null],
  ['it may be fragmented', { dontFragment: false }, null],
  ['a type of service', { tos: 16 }, null],
  ['another order', { order: 'mss,nop,ws,sackok,ts' }, null],
  ['no options: a tarpit', { order: '' }, null],
  ['IPv6 does not tell', { ipId: null, dontFragment: null, tos: null }, null],
  ['a hop has it no more, behind it a server answers', { firstShows: 'stripped', window: 65160 }, 'stripped_on_path'],
  ['a hop has it no more, and the answer is a proxy s', { firstShows: 'stripped' }, 'stripped_on_path'],
  ['hops contradict one another', { firstShows: 'stripped', window: 65160, contradicted: 1 }, null],
  ['it was changed, not taken out', { firstShows: 'changed', window: 65160 }, null],
  ['it is there though a hop had it no more', { firstShows: 'stripped', offered: true }, null],
];
for (const [sentence, seen, cause] of gone) {
  test(`an option that is gone, ${sentence}: ${cause}`, () =>
    assert.is(vanishCauseOf({ ...synproxy, ...seen }), cause));
}

test('every rule stands in methods.md as it is', () => {
  const page = readFileSync('docs/methods.md', 'utf8');
  for (const { name, sentence, source } of [...echoCauses, ...vanishCauses])
    assert.ok(page.includes(`| \`${name}\` | ${sentence} | ${source} |`), name);
});

test.run();
