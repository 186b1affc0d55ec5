import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { jsonFaults } from './faults.ts';
import { jsonTools } from './json-tools.ts';
import { runPart } from './part.ts';
import { holds } from './right.ts';

const test = suite('tool matrix: programs of JSON lines');

/**
 * What is right, fault by fault, whatever the tool: three good records are kept, and what else came is a reject with a reason that names what
 * is wrong; or the part fails.
 */
const right: Record<string, string> = {
  'half a line at the end': '3 records, rejected: schema: row',
  'a line without an end': '3 records, rejected: longer than any line of a program',
  'NUL bytes': '3 records, rejected: schema: row',
  '__proto__ as a key': '3 records, rejected: missing|schema: row',
  'the same record twice': '3 records, rejected: answered before: 198.18.0.1',
  'two records of one unit': '3 records, rejected: answered before: 198.18.0.1',
  'a unit that was not asked': '3 records, rejected: not_asked: 198.18.200.200',
  'all of an address family as a unit': '3 records, rejected: record: address: not an address',
  'text where a number belongs': '3 records, rejected: (schema|record): (window|asn|row)',
  'a list where text belongs': '3 records, rejected: (schema|record): (seq|as_name|row)',
  'an address with leading zeros': '3 records, rejected: record: address: not an address',
  'a mapped address': '3 records, rejected: not_asked: ::ffff:198.18.0.4',
  'an IPv6 address in capitals': '3 records, rejected: record: address: not an address|not_asked: 2001:db8::4',
  'a number beyond 2^53': '3 records, rejected: Too big',
  'bytes that are no UTF-8': '3 records, rejected: .*in lower-case hex',
  'UTF-16': 'error E_PROGRAM_RUBBISH: printed invalid output: 4 rows',
};

/** Replies to one SYN may be several, and differ: all are evidence. Of echoes the fastest counts; text of a registry may be any. */
const replies = { 'the same record twice': '3 records', 'two records of one unit': '4 records' };
const exceptions: Record<string, Record<string, string>> = {
  zmap: replies,
  'zmap over a prefix': replies,
  'command as a prober of a prefix': replies,
  'icmp-echo': {
    'the same record twice': '3 records',
    'two records of one unit': '3 records',
    'bytes that are no UTF-8': '3 records, rejected: icmp_Gr',
  },
  'command as a registry': { 'bytes that are no UTF-8': '4 records' },
};

test('every fault has its right behaviour', () => {
  assert.equal(Object.keys(right), Object.keys(jsonFaults));
});

for (const [name, tool] of Object.entries(jsonTools)) {
  for (const [fault, printed] of Object.entries(jsonFaults)) {
    const due = exceptions[name]?.[fault] ?? right[fault] ?? '';
    test(`${name}, ${fault}: ${due}`, async () => {
      tool.stand(printed(tool), '');
      holds(due, await runPart(tool.part));
    });
  }
}

test.run();
