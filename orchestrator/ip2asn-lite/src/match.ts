import { classifyAsn, FLAG_BITS, type Flag, flagNames } from './asn-class.ts';

/** One answer. */
export class Match {
  /** The decided origin: README, "Which origin". */
  readonly asn: number;
  /** The longest prefix of the table that holds the address, as `address/length`. */
  readonly prefix: string;

  constructor(asn: number, prefix: string) {
    this.asn = asn;
    this.prefix = prefix;
  }

  /** All origins seen for the prefix, the decided one first. */
  get origins(): readonly number[] {
    return [this.asn];
  }

  /** The origin was an AS_SET: the prefix is an aggregate, `asn` its lowest member. */
  get asSet(): boolean {
    return false;
  }

  get flags(): readonly Flag[] {
    return flagNames(classifyAsn(this.asn));
  }

  /** All of it as plain values, for JSON.stringify. */
  toJSON(): { asn: number; prefix: string; origins: readonly number[]; asSet: boolean; flags: readonly Flag[] } {
    return { asn: this.asn, prefix: this.prefix, origins: this.origins, asSet: this.asSet, flags: this.flags };
  }
}

/** An answer whose prefix has several origins, or an AS_SET. Few prefixes are like that: the others need not carry the lists. */
export class ContestedMatch extends Match {
  readonly #origins: readonly number[];
  readonly #flags: number;

  constructor(asn: number, prefix: string, origins: readonly number[], flags: number) {
    super(asn, prefix);
    this.#origins = origins;
    this.#flags = flags;
  }

  override get origins(): readonly number[] {
    return this.#origins;
  }

  override get asSet(): boolean {
    return (this.#flags & FLAG_BITS.as_set) !== 0;
  }

  override get flags(): readonly Flag[] {
    return flagNames(this.#flags);
  }
}
