import { programOutput } from '../core/process/exec.ts';

/** An nftables chain, with what it does to packets that match no rule. */
interface Chain {
  name: string;
  hook: string;
  drops: boolean;
  rules: string[];
}

/** The chains hooked into input and output, and those they may jump to (hook ''). */
function nftChains(ruleset: string): Chain[] {
  const chains: Chain[] = [];
  let chain: Chain | null = null;
  for (const line of ruleset.split('\n').map((text) => text.trim())) {
    const name = /^chain (\S+) \{/.exec(line)?.[1];
    if (name !== undefined) chain = { name, hook: '', drops: false, rules: [] };
    else if (line === '}') {
      if (chain !== null) chains.push(chain);
      chain = null;
    } else if (chain !== null && line.startsWith('type ')) {
      chain.hook = /\bhook (\S+)/.exec(line)?.[1] ?? '';
      chain.drops = /\bpolicy drop\b/.test(line);
    } else if (chain !== null && line !== '') chain.rules.push(line);
  }
  return chains;
}

/** Rules that drop packets of unknown connections, or RSTs: for nftables and for iptables-save. */
const takesAway = [
  /\bct state\b.*\binvalid\b.*\b(drop|reject)\b/,
  /\btcp flags\b.*\brst\b.*\b(drop|reject)\b/,
  /--(ct)?state \S*INVALID\S* .*-j (DROP|REJECT)/,
  /--tcp-flags \S+ \S*RST\S* .*-j (DROP|REJECT)/,
];
/** A rule that drops everything that reaches it. */
const takesAll = /^(counter( packets \d+ bytes \d+)? )?(drop|reject\b.*)$/;

function nftReasons(ruleset: string): string[] {
  return nftChains(ruleset).flatMap(({ name, hook, drops, rules }) => {
    if (!['', 'input', 'output'].includes(hook)) return [];
    const found = rules.filter((rule) => takesAway.some((pattern) => pattern.test(rule)));
    if (hook !== '' && drops) found.push('policy drop');
    if (hook !== '') found.push(...rules.filter((rule) => takesAll.test(rule)));
    return found.map((rule) => `chain ${name}: ${rule}`);
  });
}

function iptablesReasons(saved: string): string[] {
  return saved
    .split('\n')
    .filter(
      (line) =>
        /^:(INPUT|OUTPUT) DROP\b/.test(line) ||
        /^-A (INPUT|OUTPUT) -j (DROP|REJECT)\b/.test(line) ||
        (line.startsWith('-A ') && takesAway.some((pattern) => pattern.test(line))),
    );
}

/**
 * Firewall rules that may keep the kernel's RSTs to unexpected SYN/ACKs from leaving: rules about packets of unknown connections, incoming
 * or outgoing. Only a hint: which rule a packet matches, only a packet shows.
 */
export function resetObstacles(nft: string, iptables: string): string[] {
  return [...new Set([...nftReasons(nft), ...iptablesReasons(iptables)])];
}

/** The same for this machine, as far as this user may read its rules. */
export async function ownResetObstacles(): Promise<string[]> {
  const [nft, ...iptables] = await Promise.all([
    programOutput('nft', ['list', 'ruleset'], 'CAP_NET_ADMIN'),
    programOutput('iptables-save', [], 'CAP_NET_ADMIN, CAP_NET_RAW'),
    programOutput('ip6tables-save', [], 'CAP_NET_ADMIN, CAP_NET_RAW'),
  ]);
  return resetObstacles(nft, iptables.join('\n'));
}
