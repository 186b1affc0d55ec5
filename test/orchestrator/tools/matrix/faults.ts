/** What a program may do that it should not: to itself, and to what it prints of the fourth of four units. */

/** Sizes of floods: all of them by `make matrix`. */
export const megabytes = Number(process.env.MATRIX_MEGABYTES ?? 20);

export const behaviours = {
  'exits 3': 'echo "what is wrong" >&2; exit 3',
  'hangs, and ignores SIGTERM': "trap '' TERM; while :; do sleep 0.2; done",
  'forks a child that holds its pipes': '(sleep 20) & exit 0',
  'floods stderr without a line end': `head -c ${megabytes}M /dev/zero | tr '\\0' x >&2`,
  'floods stderr with lines': `yes warning | head -c ${megabytes}M >&2`,
} as const;
export type Behaviour = keyof typeof behaviours;

/** JSON of a record of a unit, with fields changed; `undefined` takes one out. */
export type JsonOf = (unit: number, changed?: Record<string, unknown>) => string;

export interface JsonFaults {
  json: JsonOf;
  /** Names of the field that holds the address, of one that holds a whole number, and of one that holds text. */
  address: string;
  number: string;
  text: string;
  /** Another value of that text which the tool takes. */
  other: string;
}

const good = ({ json }: JsonFaults) => [1, 2, 3].map((unit) => `${json(unit)}\n`).join('');
const bytes = (text: string, encoding: BufferEncoding) => Buffer.from(text, encoding);

/** What a program of JSON lines prints when it errs: three good lines, and something else. */
export const jsonFaults: Record<string, (of: JsonFaults) => string | Buffer> = {
  'half a line at the end': (of) => good(of) + of.json(4).slice(0, -20),
  'a line without an end': (of) => Buffer.concat([bytes(good(of), 'utf8'), Buffer.alloc(megabytes << 20, 97)]),
  'NUL bytes': (of) => `${good(of)}\u0000${of.json(4)}\n`,
  '__proto__ as a key': (of) => `${good(of)}{"__proto__":${of.json(4)}}\n`,
  'the same record twice': (of) => `${good(of)}${of.json(1)}\n`,
  'two records of one unit': (of) => `${good(of)}${of.json(1, { [of.text]: of.other })}\n`,
  'a unit that was not asked': (of) => `${good(of)}${of.json(4, { [of.address]: '198.18.200.200' })}\n`,
  'all of an address family as a unit': (of) => `${good(of)}${of.json(4, { [of.address]: '0.0.0.0/0' })}\n`,
  'text where a number belongs': (of) => `${good(of)}${of.json(4, { [of.number]: 'many' })}\n`,
  'a list where text belongs': (of) => `${good(of)}${of.json(4, { [of.text]: [] })}\n`,
  'an address with leading zeros': (of) => `${good(of)}${of.json(4, { [of.address]: '198.018.0.4' })}\n`,
  'a mapped address': (of) => `${good(of)}${of.json(4, { [of.address]: '::ffff:198.18.0.4' })}\n`,
  'an IPv6 address in capitals': (of) => `${good(of)}${of.json(4, { [of.address]: '2001:DB8::4' })}\n`,
  'a number beyond 2^53': (of) =>
    `${good(of)}${of.json(4, { [of.number]: 9.1e15 }).replace(/9100000000000000/, '9007199254740993')}\n`,
  'bytes that are no UTF-8': (of) =>
    Buffer.concat([bytes(good(of), 'utf8'), bytes(`${of.json(4, { [of.text]: 'Gr\u00f6\u00dfe' })}\n`, 'latin1')]),
  'UTF-16': (of) => bytes(good(of), 'utf16le'),
};
