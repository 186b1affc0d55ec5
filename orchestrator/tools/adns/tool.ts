import { canonicalAddress } from '../../address/ip.ts';
import type { Config } from '../../config/config.ts';
import type { CollectContext, Command, Program, RawRow, Tool } from '../../core/tool.ts';
import type { Question } from '../../roles.ts';
import type { Missing } from '../../schemas/lists.ts';
import type { ResolveRecord } from '../../schemas/records/resolve.ts';
import { AdnsQuestion, AnswerReader } from './answer.ts';
import { answersFile, askAll, questionsFile } from './ask.ts';
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
    // -Qq: underscores are allowed in names that are asked
    args: [...(config === '' ? [] : ['--config', config]), '--asynch', '--pipe', '-Qq'],
    timeoutMs: 24 * 3_600_000,
    idleMs: 120_000,
  };
}

/** Why an answer holds no address, by adns's word, else by its class of failure. */
const failures: Record<string, Missing> = {
  timeout: 'timeout',
  rcoderefused: 'refused',
  remotefail: 'not_returned',
  tempfail: 'not_returned',
  localfail: 'not_measured',
  misquery: 'rejected',
  misconfig: 'no_data',
  permfail: 'no_data',
};

function failureOf(answer: AdnsAnswer, addresses: string[]): Missing | null {
  if (addresses.length > 0) return null;
  return failures[answer.status] ?? failures[answer.status_type] ?? 'no_data';
}

/** GNU adns in pipe mode: many questions in flight through one process, the resolver of the 2015 study. */
export const adns: Tool<Question, AdnsRaw, ResolveRecord, Config> = {
  name: 'adns',

  programs: [adnshost],

  collect: (context) => askAll(context, command(context)),

  /** One row per unit, in the order of the questions. */
  async *decode(context) {
    const questions: AdnsQuestion[] = [];
    for await (const lines of context.rawLines(questionsFile))
      for (const line of lines) questions.push(AdnsQuestion.parse(JSON.parse(line)));
    const units = new Map<string, { value: { name: string; type: string; answers: AdnsAnswer[] }; line: string }>();
    for (const { name, type } of questions)
      units.set(`${name} ${type}`, { value: { name, type, answers: [] }, line: '' });
    const reader = new AnswerReader();
    for await (const lines of context.rawLines(answersFile)) {
      const stray: RawRow[] = [];
      for (const line of lines) {
        const answer = reader.read(line);
        if (answer === null) continue;
        const question = typeof answer === 'string' ? undefined : questions[answer.id];
        const unit = question === undefined ? undefined : units.get(`${question.name} ${question.type}`);
        if (typeof answer === 'string' || unit === undefined) stray.push({ value: null, line });
        else {
          unit.value.answers.push(answer);
          unit.line = line;
        }
      }
      yield stray;
    }
    yield [...units.values()];
  },

  raw: AdnsRaw,

  toRecord({ name, type, answers }): ResolveRecord {
    const last = answers.at(-1) ?? answers[0];
    const addresses = new Set<string>();
    for (const record of last.records) {
      const address = record.type === type ? canonicalAddress(record.data) : null;
      if (address !== null) addresses.add(address);
    }
    const sorted = [...addresses].sort();
    const chain = answers.flatMap(({ cname }) => cname ?? []);
    return { name, type, addresses: sorted, chain, status: last.status, failure: failureOf(last, sorted) };
  },
};
