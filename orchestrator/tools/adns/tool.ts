import { canonicalAddress } from '../../address/ip.ts';
import type { Config } from '../../config/config.ts';
import { type CollectContext, type Command, type Program, Reject, type Tool } from '../../core/tool.ts';
import type { Question } from '../../roles.ts';
import type { Missing } from '../../schemas/lists.ts';
import type { ResolveRecord } from '../../schemas/records/resolve.ts';
import { worthOf } from './answer.ts';
import { askAll } from './ask.ts';
import { decodeAnswers, passFacts } from './decode.ts';
import { type AdnsAnswer, AdnsRaw } from './raw.ts';

const adnshost: Program = {
  name: 'adnshost',
  version: { args: ['--version'], pattern: /\(GNU adns\) (\S+)/ },
  apt: 'adns-tools',
  privileges: null,
  // 1 to 6: at least one question failed, by kind of failure (adnshost(1)); 10 and 11 are trouble of its own.
  okExits: [0, 1, 2, 3, 4, 5, 6],
};

function command(context: CollectContext<Question, Config>): Command {
  const { resolvers } = context.config.resolve;
  const config = resolvers.map((address) => `nameserver ${address}`).join('\n');
  return {
    program: adnshost,
    // -Qq: underscores are allowed in names that are asked; -Tt: with their TTL. A process may have nothing but silent names to wait for: it
    // is not ended for its silence, each question has its own limit.
    args: [...(config === '' ? [] : ['--config', config]), '--asynch', '--pipe', '-Qq', '-Tt'],
    timeoutMs: 24 * 3_600_000,
  };
}

/** Why an answer holds no address, by adns's word, else by its class of failure. */
const failures: Record<string, Missing> = {
  timeout: 'timeout',
  rcoderefused: 'refused',
  remotefail: 'not_returned',
  tempfail: 'not_returned',
  misquery: 'rejected',
  // A chain of aliases too long to follow, or one that leads back: nobody knows whether there is an address at its end.
  prohibitedcname: 'rejected',
  misconfig: 'no_data',
  permfail: 'no_data',
};

function failureOf(answer: AdnsAnswer, addresses: string[]): Missing | null {
  if (addresses.length > 0) return null;
  return failures[answer.status] ?? failures[answer.status_type] ?? 'no_data';
}

/** What adns prints for an answer that is none is its own longest time. */
function ttlOf(answers: AdnsAnswer[]): number | null {
  const ttls = answers.flatMap((answer) => (worthOf(answer) === 'answer' && answer.ttl !== null ? [answer.ttl] : []));
  return ttls.length < answers.length ? null : Math.min(...ttls);
}

/** GNU adns in pipe mode: many questions in flight through one process, the resolver of the 2015 study. */
export const adns: Tool<Question, AdnsRaw, ResolveRecord, Config> = {
  name: 'adns',

  programs: [adnshost],

  collect: (context) => askAll(context, command(context)),

  decodesAsItCollects: true,

  decode: decodeAnswers,

  raw: AdnsRaw,

  toRecord({ name, type, answers, at }): ResolveRecord | Reject {
    const last = answers.at(-1) ?? answers[0];
    const unit = `${name} ${type}`;
    if (last.status_type === 'localfail') return new Reject(`not asked by this machine: ${last.status}`, unit);
    const addresses = new Set<string>();
    for (const record of last.records) {
      if (record.type !== type) continue;
      const address = canonicalAddress(record.data);
      if (address === null) return new Reject(`no address: ${record.data}`, unit);
      addresses.add(address);
    }
    const sorted = addresses.size < 2 ? [...addresses] : [...addresses].sort();
    const chain = answers.flatMap(({ cname }) => cname ?? []);
    const ttl = ttlOf(answers);
    return {
      name,
      type,
      addresses: sorted,
      chain,
      status: last.status,
      ttl,
      answered_at: at,
      failure: failureOf(last, sorted),
    };
  },

  facts: passFacts,
};
