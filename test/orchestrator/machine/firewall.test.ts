import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { resetObstacles } from '../../../orchestrator/machine/firewall.ts';

const test = suite('rules that may keep RSTs from leaving');

const chain = (name: string, type: string, ...rules: string[]) =>
  `table inet filter {\n\tchain ${name} {\n\t\t${[type, ...rules].join('\n\t\t')}\n\t}\n}\n`;
const input = (policy: string) => `type filter hook input priority filter; policy ${policy};`;
const output = (policy: string) => `type filter hook output priority filter; policy ${policy};`;

const nft: [sentence: string, ruleset: string, found: string[]][] = [
  ['no ruleset', '', []],
  ['an empty table', 'table inet filter {\n}\n', []],
  ['a policy of accept', chain('input', input('accept'), 'iifname "lo" accept'), []],
  [
    'established connections pass, the policy drops the rest',
    chain('input', input('drop'), 'ct state established,related accept'),
    ['chain input: policy drop'],
  ],
  [
    'established connections pass, a last rule drops the rest',
    chain('input', input('accept'), 'ct state established,related accept', 'drop'),
    ['chain input: drop'],
  ],
  [
    'the last rule counts, and rejects',
    chain('input', input('accept'), 'counter packets 7 bytes 420 reject with icmp port-unreachable'),
    ['chain input: counter packets 7 bytes 420 reject with icmp port-unreachable'],
  ],
  [
    'invalid packets are dropped on the way in',
    chain('in', input('accept'), 'ct state invalid counter packets 0 bytes 0 drop'),
    ['chain in: ct state invalid counter packets 0 bytes 0 drop'],
  ],
  [
    'invalid packets are dropped in a chain that others jump to',
    chain('checks', 'ct state invalid,untracked drop'),
    ['chain checks: ct state invalid,untracked drop'],
  ],
  [
    'RSTs are dropped on the way out',
    chain('output', output('accept'), 'tcp flags & (rst) == rst drop'),
    ['chain output: tcp flags & (rst) == rst drop'],
  ],
  ['RSTs are counted', chain('output', output('accept'), 'tcp flags rst counter packets 0 bytes 0'), []],
  ['only a port is dropped', chain('input', input('accept'), 'tcp dport 25 drop', 'ip saddr 198.18.0.0/15 drop'), []],
  [
    'what is forwarded is no matter',
    chain('forward', 'type filter hook forward priority filter; policy drop;', 'drop'),
    [],
  ],
];
for (const [sentence, ruleset, found] of nft) {
  test(`nftables: ${sentence}`, () => assert.equal(resetObstacles(ruleset, ''), found));
}

const saved = (...lines: string[]) => ['*filter', ':FORWARD DROP [0:0]', ...lines, 'COMMIT'].join('\n');
const iptables: [sentence: string, text: string, found: string[]][] = [
  ['nothing', '', []],
  ['all is accepted', saved(':INPUT ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', '-A INPUT -i lo -j ACCEPT'), []],
  ['the policy drops', saved(':INPUT DROP [3:180]'), [':INPUT DROP [3:180]']],
  [
    "ufw's own",
    saved('-A ufw-before-input -m conntrack --ctstate INVALID -j DROP'),
    ['-A ufw-before-input -m conntrack --ctstate INVALID -j DROP'],
  ],
  [
    'the older match',
    saved('-A INPUT -m state --state INVALID,UNTRACKED -j DROP'),
    ['-A INPUT -m state --state INVALID,UNTRACKED -j DROP'],
  ],
  [
    'a last rule rejects',
    saved('-A INPUT -j REJECT --reject-with icmp-host-prohibited'),
    ['-A INPUT -j REJECT --reject-with icmp-host-prohibited'],
  ],
  [
    'RSTs out',
    saved('-A OUTPUT -p tcp -m tcp --tcp-flags RST RST -j DROP'),
    ['-A OUTPUT -p tcp -m tcp --tcp-flags RST RST -j DROP'],
  ],
  ['invalid ones are logged', saved('-A INPUT -m conntrack --ctstate INVALID -j LOG'), []],
  ['a port', saved('-A INPUT -p tcp -m tcp --dport 25 -j DROP'), []],
];
for (const [sentence, text, found] of iptables) {
  test(`iptables: ${sentence}`, () => assert.equal(resetObstacles('', text), found));
}

test('a rule that both programs show is told once each, and an equal one once', () => {
  const line = '-A INPUT -m conntrack --ctstate INVALID -j DROP';
  assert.equal(resetObstacles('', `${line}\n${line}`), [line]);
});

test.run();
