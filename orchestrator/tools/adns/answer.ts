import { z } from 'zod';
import type { AdnsAnswer } from './raw.ts';

/** A line of questions.ndjson: what was asked under which number, and for which unit. */
export const QuestionLine = z
  .strictObject({
    /** Which adnshost of the part was asked; absent in runs that had but one. */
    process: z.int().optional(),
    /** Number of the question with that process, which counts them itself. */
    id: z.int(),
    name: z.string(),
    type: z.enum(['A', 'AAAA']),
    /** An alias of the name; absent: the name itself. */
    asked: z.string().optional(),
    /** Aliases already known on the way to `asked`. */
    chain: z.array(z.string()).default([]),
    /** Asked to see whether the resolver is there: it is of no unit. */
    control: z.literal(true).optional(),
  })
  .transform(({ asked, ...line }) => ({ ...line, asked: asked ?? line.name }));
export type AdnsQuestion = z.infer<typeof QuestionLine>;

/** A question before it is known who is asked. */
export type Wording = Omit<AdnsQuestion, 'process' | 'id'>;

const maxLinks = 8;
// A number before the alias is the TTL, which this tool did not ask for at first.
const header = /^(\d+) (\d+) (\S+) (\d+) (\S+) (\S+)(?: (\d+))? (\S+) "(.*)"$/;
const record = /^(\S+)(?: \d+)? (\S+) (.*)$/;

/** Puts lines of adnshost's asynchronous format together, answer by answer. A line out of place makes an answer that no schema passes. */
export class AnswerReader {
  #open: AdnsAnswer | null = null;
  #missing = 0;

  /** The answer that the line completes; null while it is incomplete; a string when the line is none of the format. */
  read(line: string): AdnsAnswer | string | null {
    if (this.#open !== null) {
      const [, owner = '', type = '', data = ''] = record.exec(line) ?? [];
      if (owner === '') return line;
      this.#open.records.push({ owner, type, data });
      this.#missing -= 1;
    } else {
      const match = header.exec(line);
      if (match === null) return line;
      const [, id, missing, status_type = '', code, status = '', owner = '', ttl, cname = '', text = ''] = match;
      this.#missing = Number(missing);
      this.#open = {
        id: Number(id),
        status_type,
        status_code: Number(code),
        status,
        owner,
        ttl: ttl === undefined ? null : Number(ttl),
        cname: cname === '$' ? null : cname.toLowerCase(),
        text,
        records: [],
      };
    }
    if (this.#missing > 0) return null;
    const answer = this.#open;
    this.#open = null;
    return answer;
  }
}

/** What an answer of adns is worth: `transport` is what adns says of its own connection or machine, `none` that the resolver gave none. */
export function worthOf({ status, status_type }: AdnsAnswer): 'answer' | 'none' | 'transport' {
  if (status === 'allservfail' || status_type === 'localfail') return 'transport';
  return status_type === 'remotefail' || status_type === 'tempfail' ? 'none' : 'answer';
}

/** Stands for the answer to a question that was given up. */
export function givenUpAnswer({ id, asked }: AdnsQuestion): AdnsAnswer {
  return {
    id,
    status_type: 'remotefail',
    status_code: 30,
    status: 'timeout',
    owner: asked,
    ttl: null,
    cname: null,
    text: 'no answer within the patience of the run',
    records: [],
  };
}

/**
 * The question to ask after an answer: adns follows one alias and refuses chains of two and more. Null when the answer
 * stands, when the chain comes back to a name of its own, or when it has 8 links.
 */
export function followUp(question: AdnsQuestion, answer: AdnsAnswer): Wording | null {
  const { name, type, chain } = question;
  if (answer.status !== 'prohibitedcname' || answer.cname === null) return null;
  if (answer.cname === name || chain.includes(answer.cname) || chain.length + 1 >= maxLinks) return null;
  return { name, type, asked: answer.cname, chain: [...chain, answer.cname] };
}
