// takes: long
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Behaviour, behaviours } from './faults.ts';
import { jsonTools } from './json-tools.ts';
import { adnsAnswer, adnsPart, connectorRefuses, nmapPart, wgetPart } from './other-tools.ts';
import { type Outcome, type PartOf, runPart } from './part.ts';
import { holds } from './right.ts';

const test = suite('tool matrix: what programs do to themselves');

function standFor(name: string): (behaviour: string) => PartOf {
  const tool = jsonTools[name];
  if (tool === undefined) throw new Error(`no tool ${name}`);
  return (behaviour) => {
    tool.stand([1, 2, 3].map((unit) => `${tool.json(unit)}\n`).join(''), behaviour);
    return tool.part;
  };
}

/** Programs by the tool that runs them. icmp-echo runs zmap as the scan does. */
const programs: Record<string, (behaviour: string) => PartOf> = {
  zmap: standFor('zmap'),
  command: standFor('command as a registry'),
  nmap: (behaviour) => nmapPart([], behaviour),
  adns: (behaviour) => adnsPart(adnsAnswer(4), behaviour),
  'wget, its mptcpize': (mptcpize) =>
    wgetPart({ mptcpize: `echo "Connecting to h... failed: Connection refused."; ${mptcpize}; exit 4` }),
  'wget, its dumpcap': (dumpcap) => wgetPart({ dumpcap }),
  'wget, its tshark': (tshark) => wgetPart({ tshark }),
  'wget, its guard': (words) => wgetPart({ 'mptcp-guard': words }),
  'wget, its connector': (words) => wgetPart({ 'mptcp-connect': `${connectorRefuses}; ${words}` }),
  'wget, its mptcp-connect': (words) => wgetPart({ 'mptcp-connect': words }),
};

const failed = (words: string) => `error E_PROGRAM_FAILED: ${words}`;
const gone = failed('had no answer to any question: the resolver is gone|ended with questions open');
/** By tool: exits 3, hangs and ignores SIGTERM, forks a child that holds its pipes, floods stderr in two ways. */
const right: Record<string, readonly [string, string, string, string, string]> = {
  zmap: [failed('zmap exited with 3'), failed('zmap hung: still running after'), '3 records', '3 records', '3 records'],
  command: [
    failed('own-program exited with 3'),
    failed('own-program hung: still running after'),
    '3 records',
    '3 records',
    '3 records',
  ],
  nmap: [failed('nmap exited with 3'), failed('nmap hung: still running after'), '3 records', '3 records', '3 records'],
  adns: [failed('adnshost ended with questions open'), gone, gone, '4 records', '4 records'],
  // An endpoint that takes too long is given up, and is a timeout: tested with wget's own cases.
  'wget, its mptcpize': [
    failed('mptcpize exited with 3'),
    failed('mptcpize hung'),
    '4 records',
    '4 records',
    '4 records',
  ],
  'wget, its dumpcap': [
    failed('dumpcap exited with 3'),
    failed('dumpcap hung: still running after'),
    failed('dumpcap ended before it said'),
    failed('dumpcap ended before it said'),
    failed('dumpcap ended before it said'),
  ],
  'wget, its tshark': [
    failed('tshark exited with 3'),
    failed('tshark hung: still running after'),
    '4 records',
    '4 records',
    '4 records',
  ],
  'wget, its guard': [
    failed('mptcp-guard held nothing'),
    failed('mptcp-guard did not say within 10 s'),
    failed('mptcp-guard held nothing'),
    failed('mptcp-guard held nothing'),
    failed('mptcp-guard held nothing'),
  ],
  // One that had said all before.
  'wget, its connector': [
    failed('mptcp-connect exited with 3'),
    failed('mptcp-connect hung: still running after'),
    '4 records',
    '4 records',
    '4 records',
  ],
  'wget, its mptcp-connect': [
    failed('mptcp-connect exited with 3'),
    failed('mptcp-connect hung: still running after'),
    failed('mptcp-connect ended without a word on 4 of 4 endpoints'),
    failed('mptcp-connect ended without a word on 4 of 4 endpoints'),
    failed('mptcp-connect ended without a word on 4 of 4 endpoints'),
  ],
};

const ways: Behaviour[] = [
  'exits 3',
  'hangs, and ignores SIGTERM',
  'forks a child that holds its pipes',
  'floods stderr without a line end',
  'floods stderr with lines',
];
/** The resolver has limits of its own, which are short enough. */
const hurriedOf = (name: string) =>
  ({ zmap: 'zmap', command: 'own-program', nmap: 'nmap', adns: 'none', 'wget, its connector': 'mptcp-connect' })[
    name
  ] ?? name.split(' ').at(-1);

for (const [at, way] of ways.entries()) {
  // Each waits for its program, not for the processor: all of a kind at once. Those of one program take turns.
  const outcomes = new Map<string, Promise<Outcome>>();
  const begin = (name: string) => {
    const part = programs[name]?.(behaviours[way]);
    if (part === undefined) throw new Error(`no program ${name}`);
    return runPart({ ...part, hurried: way.startsWith('hangs') ? (hurriedOf(name) ?? null) : null });
  };
  for (const name of Object.keys(programs)) {
    const due = right[name]?.[at] ?? '';
    test(`${name}: ${way}: ${due}`, async () => {
      if (outcomes.size === 0) {
        for (const one of Object.keys(programs)) if (!one.startsWith('wget')) outcomes.set(one, begin(one));
      }
      holds(due, await (outcomes.get(name) ?? begin(name)));
    });
  }
}

test('adns: floods stderr for longer than its questions have: 4 records', async () => {
  const floods = 'end=$((SECONDS + 4)); while [ $SECONDS -lt $end ]; do yes warning | head -c 4M >&2; done';
  holds('4 records', await runPart(adnsPart(adnsAnswer(4), floods)));
});

test('a program that went away since the start is named, with what helps', async () => {
  const whois = { tool: { command: ['no-such-program'] } };
  const { error } = await runPart({ stage: 'whois', config: { whois }, units: [{ address: '198.18.0.1' }] });
  assert.is(error?.code, 'E_PROGRAM_FAILED');
  assert.match(error?.message ?? '', 'whois/00000: no-such-program could not be started');
  assert.match(error?.hint ?? '', /correct the command/);
});

test('every program has its right behaviour', () => {
  assert.equal(Object.keys(right), Object.keys(programs));
  assert.equal(ways, Object.keys(behaviours));
});

test.run();
