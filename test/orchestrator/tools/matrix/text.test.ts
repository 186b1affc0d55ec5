import { suite } from 'uvu';
import { megabytes } from './faults.ts';
import { addresses, addressOf } from './json-tools.ts';
import { adnsAnswer, adnsPart, nmapEnd, nmapHost, nmapPart, wgetPart, whoisOf, withWhois } from './other-tools.ts';
import { fakeOutput, type PartOf, runPart } from './part.ts';
import { holds } from './right.ts';

const test = suite('tool matrix: programs of other formats, and libraries');

type Cell = [fault: string, part: () => PartOf, right: string];
function table(tool: string, cells: readonly Cell[]): void {
  for (const [fault, part, right] of cells) {
    test(`${tool}, ${fault}: ${right}`, async () => {
      holds(right, await runPart(part()));
    });
  }
}

const long = 'a'.repeat(Math.min(megabytes, 400) << 20);
const broken = 'error E_PROGRAM_RUBBISH: is not whole';
const noAnswer = 'error E_PROGRAM_FAILED: adnshost printed a line that answers nothing';

table('nmap', [
  ['half a file', () => nmapPart([nmapHost(addressOf(4)).slice(0, 40)], '', ''), broken],
  ['a file that says it failed', () => nmapPart([], '', nmapEnd.replace('success', 'error')), broken],
  ['NUL bytes', () => nmapPart(['\u0000']), broken],
  [
    'an attribute without an end',
    () => nmapPart([`<host x="${long}"></host>`]),
    '3 records, rejected: schema: address',
  ],
  ['a host twice', () => nmapPart([nmapHost(addressOf(1), '3')]), '3 records, rejected: answered before: 198.18.0.1'],
  ['an address not asked', () => nmapPart([nmapHost('198.18.200.200')]), '3 records, rejected: not_asked'],
  ['an address with zeros', () => nmapPart([nmapHost('198.018.0.4')]), '3 records, rejected: record: address'],
  ['a word as accuracy', () => nmapPart([nmapHost(addressOf(4), 'high')]), '3 records, rejected: schema: .*accuracy'],
  ['an accuracy of 999', () => nmapPart([nmapHost(addressOf(4), '999')]), '3 records, rejected: record: .*accuracy'],
  [
    'it lacks privileges',
    () => nmapPart([], 'echo "OS scan requires root privileges." >&2; echo QUITTING! >&2; exit 1'),
    'error E_PRIVILEGES: nmap exited with 1',
  ],
  [
    'a firewall keeps its packets in',
    () => nmapPart([], 'echo "sendto in send_ip_packet_sd: sendto(5, packet) => Operation not permitted" >&2'),
    'error E_PROGRAM_FAILED: could not send 1 packets',
  ],
]);

table('adns', [
  ['a prefix as an address', () => adnsPart(adnsAnswer(4, '0.0.0.0/0')), '3 records, rejected: no address: 0.0.0.0/0'],
  ['an address with zeros', () => adnsPart(adnsAnswer(4, '198.018.0.4')), '3 records, rejected: no address'],
  ['two answers to one question', () => adnsPart(adnsAnswer(4) + adnsAnswer(4, '198.18.0.9')), '4 records'],
  ['an answer to no question', () => adnsPart('99 0 ok 0 ok x 60 $ "OK"\n'), noAnswer],
  ['half a line', () => adnsPart('@ 1 ok 0 ok n4.exa'), noAnswer],
  ['words', () => adnsPart('Segmentation fault\n'), noAnswer],
  ['NUL bytes', () => adnsPart('@ 0 ok\u0000 0\n'), noAnswer],
  ['a line without an end', () => adnsPart(`${long}\n`), noAnswer],
  [
    'a failure of this machine',
    () => adnsPart('@ 0 localfail 1 nomemory n4.example 60 $ "Out of memory"\n'),
    'error E_PROGRAM_FAILED: cannot ask: nomemory, Out of memory',
  ],
]);

const refused = 'echo "Connecting to h... failed: Connection refused."; exit 4';
table('wget', [
  [
    'it cannot be run',
    () => wgetPart({ mptcpize: 'echo "cannot open shared object"; exit 1' }),
    'error E_PROGRAM_FAILED: ended before it connected to anything',
  ],
  [
    'this machine has no more files',
    () => wgetPart({ mptcpize: 'echo "Connecting to h... failed: Too many open files."; exit 4' }),
    'error E_PROGRAM_FAILED: could not connect to anybody: Too many open files',
  ],
  [
    'tshark prints half a line',
    () => wgetPart({ mptcpize: refused, tshark: 'printf "half a li"' }),
    '4 records, rejected: schema',
  ],
  [
    'tshark prints words',
    () => wgetPart({ mptcpize: refused, tshark: 'for i in 1 2 3 4 5 6; do echo x; done' }),
    'error E_PROGRAM_RUBBISH: 6 rows',
  ],
  [
    'tshark prints a line without an end',
    () => wgetPart({ mptcpize: refused, tshark: `head -c ${megabytes}M /dev/zero | tr '\\0' x` }),
    '4 records, rejected: longer than any line',
  ],
]);

type Answer = (asked: string[]) => string;
/** What is printed of the fourth address alone. */
const but4 =
  (line: (address: string) => string): Answer =>
  (asked) =>
    asked.map((address, at) => (at === 3 ? line(address) : whoisOf(address))).join('');
const whois: [fault: string, answer: Answer, right: string][] = [
  [
    'half a line at the end',
    (asked) =>
      asked
        .map((one) => whoisOf(one))
        .join('')
        .slice(0, -20),
    'error E_PROGRAM_FAILED: after 3 of 4',
  ],
  [
    'answers that cannot be read',
    (asked) => asked.map((one) => whoisOf(one, 'AS1')).join(''),
    'error E_PROGRAM_RUBBISH: 4 rows',
  ],
  [
    'answers about others',
    (asked) => asked.map((_, n) => whoisOf(`198.18.200.${n}`)).join(''),
    'error E_PROGRAM_FAILED: the whois server .* closed the connection after 0 of 4 questions',
  ],
  ['an address with zeros', but4(() => whoisOf('198.018.0.4')), '3 records, rejected: record: address'],
  ['an AS beyond 2^53', but4((one) => whoisOf(one, '9007199254740993')), '3 records, rejected: schema: .*as'],
  ['an AS beyond 2^32', but4((one) => whoisOf(one, '9999999999')), '3 records, rejected: record: asn: Too big'],
  ['NUL bytes', but4((one) => `\u0000${whoisOf(one)}`), '3 records, rejected: schema: .*as'],
  ['an address twice', (asked) => [...asked, asked[0] ?? ''].map((one) => whoisOf(one)).join(''), '4 records'],
];
for (const [fault, answer, right] of whois) {
  test(`cymru, ${fault}: ${right}`, async () => {
    await withWhois(answer, async (part) => holds(right, await runPart(part)));
  });
}

const listed = (text: string): PartOf => {
  const texts = ['one.example', 'two.example', 'three.example', text];
  const config = { targets: { list: 'x', www: false } };
  return { stage: 'targets', config, units: texts.map((one, at) => ({ line: at + 1, text: one })) };
};
table('list', [
  ['NUL bytes', () => listed('fo\u0000ur.example'), '3 records, rejected: not_a_name'],
  ['a line of a megabyte', () => listed('a'.repeat(1 << 20)), '3 records, rejected: not_a_name'],
  ['an option of a program', () => listed('--cancel-id 5'), '3 records, rejected: not_a_name'],
  ['all of an address family', () => listed('0.0.0.0/0'), '3 records, rejected: ip_address'],
  ['__proto__', () => listed('__proto__'), '4 records'],
  ['a line twice', () => listed('one.example'), '4 records'],
]);

const looked = (stage: string, config: object): PartOf => ({ stage, config: { [stage]: config }, units: addresses });
/** Each a file of its own name: a table that was opened is kept by it. */
let tables = 0;
function table4(line: string): PartOf {
  tables += 1;
  return looked('asn', { rib: fakeOutput(`table-${tables}.dat`, `198.18.0.0/30\t64500\n${line}\n`) });
}
table('ip2asn-lite', [
  ['half a line', () => table4('198.18.0.4'), 'error E_INPUT: cannot be opened: .*line 2'],
  ['words', () => table4('Segmentation fault'), 'error E_INPUT: cannot be opened: .*line 2'],
  ['an AS beyond 2^32', () => table4('198.18.0.4/32\t9007199254740993'), 'error E_INPUT: cannot be opened: .*line 2'],
  ['an AS number with a dot', () => table4('198.18.0.4/32\t3.1036'), '4 records'],
  ['an address with zeros', () => table4('198.018.0.4/32\t64500'), 'error E_INPUT: cannot be opened: .*line 2'],
  ['a prefix twice', () => table4('198.18.0.0/30\t64500'), '4 records'],
  ['no such file', () => looked('asn', { rib: '/nonexistent/table' }), 'error E_INPUT: cannot be opened'],
]);
table('maxmind', [
  [
    'words',
    () => looked('geo', { country: fakeOutput('words.mmdb', 'words') }),
    'error E_INPUT: no readable MaxMind-format file',
  ],
  [
    'no such file',
    () => looked('geo', { country: '/nonexistent.mmdb' }),
    'error E_INPUT: no readable MaxMind-format file',
  ],
]);

test.run();
