import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  answerLines,
  type ChangeLine,
  changeLines,
  hostElements,
  jsonText,
  prefixLines,
  questionLine,
  type Rewrite,
  scrubLine,
  standInLine,
} from '../../../orchestrator/purge/lines.ts';
import { parseParty } from '../../../orchestrator/purge/party.ts';
import { unitLine } from '../../../orchestrator/purge/units.ts';

const test = suite('lines without a party');

function byLine(change: ChangeLine): Rewrite {
  return (text, party) => {
    const { lines, removed } = changeLines(text.split('\n'), change, party);
    return { text: lines.join('\n'), removed };
  };
}
/** A row of another form would weigh otherwise. */
const units = byLine(
  unitLine(
    (row) => (typeof row === 'object' && row !== null && ('target' in row || 'name' in row) ? 4 : 9),
    () => ({ blocked: 0, opted_out: 0 }),
  ),
);

const cases: [sentence: string, rewrite: Rewrite, party: string, before: string, after: string][] = [
  [
    'a unit becomes the number that it was',
    units,
    '198.18.4.1',
    '{"target":"198.18.4.1"}\n{"target":"198.18.4.2"}\n',
    '{"purged":4}\n{"target":"198.18.4.2"}\n',
  ],
  [
    'so does one that was not asked',
    units,
    '198.18.4.1',
    '{"row":{"target":"198.18.4.1"},"reason":"blocked"}',
    '{"purged":4}',
  ],
  [
    'an endpoint loses its name and stays a unit',
    units,
    'a.example',
    '{"address":"198.18.4.1","port":80,"host":"www.a.example"}',
    '{"address":"198.18.4.1","port":80,"host":null}',
  ],
  ['a name that is a unit is one no more', units, 'a.example', '{"name":"a.example","type":"A"}', '{"purged":4}'],
  ['a reply is kept as one that was', byLine(standInLine), '198.18.4.1', 'x 198.18.4.1\ny', '{"purged":1}\ny'],
  [
    'a list of addresses drawn together is cut where the party was',
    prefixLines,
    '198.18.4.1',
    '198.18.4.0/31\n198.18.4.8/29\n',
    '198.18.4.0/32\n198.18.4.8/29\n',
  ],
  ['a line with nobody else goes', prefixLines, '198.18.4.0/23', '198.18.4.0/31\n9.9.9.9/32\n', '9.9.9.9/32\n'],
  [
    'a list keeps its lines and their weight',
    byLine(scrubLine),
    '198.18.4.0/24',
    '198.18.4.0/25\n9.9.9.9',
    '0.0.0.0/25\n9.9.9.9',
  ],
  [
    'an answer has a record less, and says so',
    answerLines,
    '198.18.0.9',
    '0 2 ok 0 ok plain.example $ "OK"\nplain.example A 198.18.0.9\nplain.example A 198.18.0.1\n1 0 permfail 301 nodata b.example $ "No"\n',
    '0 1 ok 0 ok plain.example $ "OK"\nplain.example A 198.18.0.1\n1 0 permfail 301 nodata b.example $ "No"\n',
  ],
  [
    'an answer about a name stays in its place, about nobody',
    answerLines,
    'plain.example',
    '0 1 ok 0 ok www.plain.example plain.example "OK"\nplain.example A 198.18.0.9\n1 1 ok 0 ok b.example $ "OK"\nb.example A 198.18.0.9\n',
    '0 1 ok 0 ok purged.invalid purged.invalid "OK"\npurged.invalid A 198.18.0.9\n1 1 ok 0 ok b.example $ "OK"\nb.example A 198.18.0.9\n',
  ],
  [
    'a question about a name is of no unit',
    byLine(questionLine),
    'a.example',
    '{"process":1,"id":7,"name":"www.a.example","type":"A"}',
    '{"process":1,"id":7,"name":"purged.invalid","type":"A","control":true}',
  ],
  [
    'a question of another name that led there still is',
    byLine(questionLine),
    'a.example',
    '{"id":7,"name":"b.example","type":"A","asked":"a.example","chain":["a.example"]}',
    '{"id":7,"name":"b.example","type":"A","asked":"purged.invalid","chain":["purged.invalid"]}',
  ],
  [
    'a host goes with all that is said of it',
    hostElements,
    '198.18.4.1',
    '<run>\n<host starttime="1"><address addr="198.18.4.1"/>\n<os/></host>\n<host><address addr="198.18.4.2"/></host>\n</run>',
    '<run>\n<host><address addr="198.18.4.2"/></host>\n</run>',
  ],
  [
    'a command that names it goes',
    jsonText(0),
    '198.18.4.1',
    '[{"argv":["wget","http://198.18.4.1/"]},{"argv":["zmap"]}]',
    '[{"argv":["zmap"]}]\n',
  ],
  [
    'a list in a value loses it',
    jsonText(0),
    '198.18.4.1',
    '{"nets":["198.18.4.1\\/32","198.18.4.2"],"n":1}',
    '{"nets":["198.18.4.2"],"n":1}\n',
  ],
  ['a value that is not whole names nobody', jsonText(0), '198.18.4.1', '{"a":"198.18.4.1', '{"a":"0.0.0.0'],
];
for (const [sentence, rewrite, party, before, after] of cases) {
  test(sentence, () => {
    const once = rewrite(before, parseParty(party));
    assert.is(once.text, after);
    assert.ok(once.removed > 0);
    assert.equal(rewrite(after, parseParty(party)), { text: after, removed: 0 }, 'gone over twice it is the same');
  });
  test(`${sentence}: not for another party`, () => {
    assert.equal(rewrite(before, parseParty('198.19.255.77')), { text: before, removed: 0 });
  });
}

test.run();
