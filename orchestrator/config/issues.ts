import type { z } from 'zod';
import { isKey, nearest, suggestion } from './suggestion.ts';

type Issue = z.core.$ZodIssue;

/** The value that a path leads to; undefined where it leads nowhere. */
function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(String(key)) : undefined,
    input,
  );
}

/** What was written is no near miss of this alternative: an object where a word is expected, a word where an object is. */
function isOtherKind({ code }: Issue, written: unknown): boolean {
  const object = typeof written === 'object' && written !== null && !Array.isArray(written);
  return code === 'invalid_type' || (code === 'invalid_value' && object);
}

/** A key that an alternative requires and that was not written, whether it takes one kind of value or several. */
function isMissing({ code, path }: Issue, input: unknown): boolean {
  return (code === 'invalid_type' || code === 'invalid_union') && valueAt(input, path) === undefined;
}

/** Of several alternatives, the one whose required key was misspelt: only its unknown keys; null if that is ambiguous. */
function misspelt(alternatives: Issue[][], input: unknown): Issue[] | null {
  const found = alternatives.flatMap((issues) => {
    const missing = issues.flatMap((one) => (isMissing(one, input) ? [one.path.join('.')] : []));
    const unknown = issues.filter((one) => one.code === 'unrecognized_keys');
    const isNear = unknown.some(({ keys }) => keys.some((key) => nearest(key, missing) !== null));
    return isNear ? [unknown] : [];
  });
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** How far an alternative is from what was written: a different kind of value, then missing and unknown keys. */
function distance(issues: Issue[], input: unknown): number {
  return issues.reduce((sum, issue) => {
    if (issue.code === 'unrecognized_keys') return sum + issue.keys.length;
    if (issue.path.length === 0 && isOtherKind(issue, input)) return sum + 100;
    return sum + (isMissing(issue, input) ? 1 : 0);
  }, 0);
}

/** The issues of the alternative of a union that was meant; the union's own issue if that is ambiguous. */
function meant(issue: Issue, input: unknown): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const written = valueAt(input, issue.path);
  const branches = issue.errors.map((issues) => ({ issues, far: distance(issues, written) }));
  const least = Math.min(...branches.map(({ far }) => far));
  const near = branches.filter(({ far }) => far === least).map(({ issues }) => issues);
  const values = near.map((issues) => issues.flatMap((one) => (one.code === 'invalid_value' ? one.values : [])));
  if (values.every((list) => list.length > 0)) {
    return [{ code: 'invalid_value', path: issue.path, values: values.flat(), message: near[0]?.[0]?.message ?? '' }];
  }
  const [only, ...others] = near.length === 1 ? near : [misspelt(near, written)].filter((one) => one !== null);
  if (only === undefined || others.length > 0 || least >= 100) return [issue];
  return only.map((one) => ({ ...one, path: [...issue.path, ...one.path] })).flatMap((one) => meant(one, input));
}

/** JSON cannot write the numbers that YAML writes as .inf and .nan. */
function shown(value: unknown): string {
  const text = (typeof value === 'number' ? String(value) : JSON.stringify(value)) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

/** Kinds of values in the words of a YAML file. */
const kinds: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  array: 'a list, such as [a, b]',
  string: 'text',
  object: 'a section of keys',
};

/** Why 1,000 within braces is not a thousand. */
export const commaEnds = 'within { } a comma ends a value, so write numbers without commas, and lists in [ ]';

function unknownKey(path: readonly PropertyKey[], key: string, schema: z.ZodType, value: unknown): string {
  const dotted = [...path, key].join('.');
  if (/^\d+$/.test(key) && value === null) return `${path.join('.')}: ${key} is not a key: ${commaEnds}`;
  if (isKey(schema, dotted)) return `${dotted}: does not go with the other keys of ${path.join('.')}`;
  return `${dotted}: unknown key${suggestion(schema, path, key)}`;
}

/** The limit that a value exceeds, unless the schema has its own words for it; null for any other issue. */
function bound(issue: Issue): string | null {
  if ((issue.code !== 'too_small' && issue.code !== 'too_big') || !/^Too (small|big)/.test(issue.message)) return null;
  const least = issue.code === 'too_small';
  const limit = least ? issue.minimum : issue.maximum;
  if (issue.origin === 'string' && least && Number(limit) === 1) return 'expected text that is not empty';
  const words = issue.inclusive === false ? ['more than', 'less than'] : ['at least', 'at most'];
  const of = issue.origin === 'array' ? ' in the list' : issue.origin === 'string' ? ' characters' : '';
  return `expected ${words[least ? 0 : 1]} ${limit}${of}`;
}

/** What was expected instead of a value: in the schema's words, or in ours where the library has its own. */
function expectation(issue: Issue): string {
  if (issue.code === 'invalid_value' && /^Invalid/.test(issue.message)) {
    return `expected ${issue.values.map((one) => String(one)).join(' or ')}`;
  }
  const limit = bound(issue);
  if (limit !== null) return limit;
  const kind = issue.code === 'invalid_type' && /^Invalid/.test(issue.message) ? kinds[issue.expected] : undefined;
  if (kind !== undefined) return `expected ${kind}`;
  return issue.message.replace(/^Invalid input: /, '').replace(/, received .*$/, '');
}

/** ", did you mean ...?" for a word that is misspelt. */
function nearWord(issue: Issue, value: unknown): string {
  if (issue.code !== 'invalid_value' || typeof value !== 'string') return '';
  const near = nearest(
    value,
    issue.values.filter((one) => typeof one === 'string'),
  );
  return near === null ? '' : `, did you mean ${near}?`;
}

function sentence(issue: Issue, schema: z.ZodType, input: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .map((key) => unknownKey(issue.path, key, schema, valueAt(input, [...issue.path, key])))
      .join('; ');
  }
  const place = issue.path.length === 0 ? 'the file' : issue.path.join('.');
  const value = valueAt(input, issue.path);
  const said = value === undefined ? '' : `, not ${shown(value)}`;
  return `${place}: ${expectation(issue)}${said}${nearWord(issue, value)}`;
}

/** What is wrong with a configuration, naming each wrong key. */
export function describeIssues(schema: z.ZodType, error: z.ZodError, input: unknown): string {
  return error.issues
    .flatMap((issue) => meant(issue, input))
    .map((issue) => sentence(issue, schema, input))
    .join('; ');
}
