import { visible } from './visible.ts';

/** Stable codes of everything this package throws on purpose. */
export type ErrorCode =
  | 'INVALID_ADDRESS'
  | 'BAD_FORMAT'
  | 'TRUNCATED'
  | 'BAD_CACHE'
  | 'PROGRAM_MISSING'
  | 'NO_RIB'
  | 'FETCH_FAILED';

/** Base class: everything thrown on purpose has a code that stays the same between versions, and a message of one line. */
export class Ip2AsnError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(visible(message), options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The text, number or bigint is not an IP address. `input` is what was given. */
export class InvalidAddressError extends Ip2AsnError {
  readonly input: unknown;

  constructor(input: unknown) {
    const shown = typeof input === 'string' ? JSON.stringify(input.slice(0, 80)) : String(input);
    super('INVALID_ADDRESS', `${shown} is not an IPv4 or IPv6 address`);
    this.input = input;
  }
}

/** What a reader found where: enough to open the file at the right byte. */
export interface FaultPlace {
  /** Path of the file as it was given. */
  file: string;
  /** Byte offset, after decompression where the file is compressed. */
  offset: number;
  /** What should have stood there. */
  expected: string;
  /** What stood there instead. */
  found: string;
  /** Line number from 1, in text formats. */
  line?: number;
}

/** A file that is not what it should be. TRUNCATED: it ends too early. BAD_FORMAT: a byte is wrong. BAD_CACHE: a binary cache is not whole. */
export class FileError extends Ip2AsnError implements FaultPlace {
  readonly file: string;
  readonly offset: number;
  readonly expected: string;
  readonly found: string;
  readonly line?: number;

  constructor(code: 'BAD_FORMAT' | 'TRUNCATED' | 'BAD_CACHE', place: FaultPlace, options?: ErrorOptions) {
    const line = place.line === undefined ? '' : ` (line ${place.line})`;
    super(
      code,
      `${place.file}: byte ${place.offset}${line}: expected ${place.expected}, found ${place.found}`,
      options,
    );
    this.file = place.file;
    this.offset = place.offset;
    this.expected = place.expected;
    this.found = place.found;
    if (place.line !== undefined) this.line = place.line;
  }
}
