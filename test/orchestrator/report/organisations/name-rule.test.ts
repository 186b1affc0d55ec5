import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { byName } from '../../../../orchestrator/report/organisations/name-rule.ts';

const test = suite('report/organisations/name-rule');

const same: [sentence: string, one: string, other: string, name: string][] = [
  [
    'one word of the operator',
    'CHINANET-BACKBONE No.31,Jin-rong Street, CN',
    'CHINANET-SH-AP China Telecom (Group), CN',
    'CHINANET',
  ],
  [
    'a registry before it',
    'CNNIC-ALIBABA-CN-NET-AP Hangzhou Alibaba Advertising Co.,Ltd., CN',
    'ALIBABA-CN-NET, CN',
    'ALIBABA',
  ],
  ['the word AS before it', 'AS-EXAMPLE, US', 'EXAMPLE-2, US', 'EXAMPLE'],
  ['an AS number before it', 'AS64500-EXAMPLE, US', 'EXAMPLE.NET Example, US', 'EXAMPLE'],
  ['no country in either', 'EXAMPLE-A', 'EXAMPLE-B Example', 'EXAMPLE'],
];
for (const [sentence, one, other, name] of same) {
  test(`${sentence}: "${one}" and "${other}" are one organisation`, () => {
    assert.is(byName(64500, one).id, byName(64501, other).id);
    assert.is(byName(64500, one).name, name);
  });
}

const apart: [sentence: string, one: string | null, other: string | null][] = [
  ['another country', 'EXAMPLE-A, FI', 'EXAMPLE-B, SE'],
  ['a country in one alone', 'EXAMPLE-A, FI', 'EXAMPLE-B'],
  ['a word that begins alike', 'CHINANET-BACKBONE, CN', 'CHINA169-BACKBONE CNCGROUP China169 Backbone, CN'],
  ['a word that anybody uses', 'TELECOM-A, AR', 'TELECOM-B, AR'],
  ['fewer than four letters', 'OVH, FR', 'OVH-2, FR'],
  ['four signs of which one is a digit', 'NET1-A, UA', 'NET1-B, UA'],
  ['names without a handle', 'Example Hosting Oy', 'Example Hosting Oy'],
  ['a word with small letters', 'Example-A, FI', 'Example-B, FI'],
  ['no name', null, null],
  ['a blank name', ' ', ' '],
  ['nothing but the word AS', 'AS, US', 'AS, US'],
];
for (const [sentence, one, other] of apart) {
  test(`${sentence}: ${JSON.stringify(one)} and ${JSON.stringify(other)} stay two`, () => {
    assert.is.not(byName(64500, one).id, byName(64501, other).id);
  });
}

test('an AS that stays alone has its own name, or its number', () => {
  assert.equal(byName(64500, 'OVH Example SAS, FR'), { id: 'AS64500', name: 'OVH Example SAS', country: 'FR' });
  assert.equal(byName(64500, null), { id: 'AS64500', name: 'AS64500', country: null });
});

test.run();
