import { openUnpacked } from '../../core/inputs/packed.ts';
import { textOf } from '../../core/inputs/text.ts';
import { CensusError } from '../../errors.ts';
import { LineReader, type Organisation } from './lines.ts';

/** A line that says nothing that can be used. */
export interface RejectedLine {
  line: number;
  text: string;
  reason: string;
}

/** Which organisation an AS belongs to. */
export interface Organisations {
  /** By AS number. There are some hundred thousand ASes, however large a run is. */
  of: ReadonlyMap<number, Organisation>;
  rejected: RejectedLine[];
}

/** More bad lines than these are not kept: a file of so many is not what it was taken for. */
const mostRejected = 10_000;

class Gathering {
  readonly #organisations = new Map<string, Organisation>();
  readonly #ases = new Map<number, { id: string; line: number; text: string }>();
  readonly #rejected: RejectedLine[] = [];
  #lines = 0;
  readonly #reader = new LineReader();

  take(text: string): void {
    this.#lines += 1;
    for (const said of this.#reader.read(text)) {
      if (said.kind === 'rejected') this.#reject(this.#lines, text, said.reason);
      else if (said.kind === 'organisation') {
        // Of an organisation or AS that comes twice the first line counts.
        const { id } = said.organisation;
        if (!this.#organisations.has(id)) this.#organisations.set(id, said.organisation);
      } else if (said.kind === 'as') {
        const before = this.#ases.get(said.asn);
        if (before === undefined) this.#ases.set(said.asn, { id: said.id, line: this.#lines, text });
        else if (before.id !== said.id)
          this.#reject(this.#lines, text, `AS${said.asn} already belongs to ${before.id}`);
      }
    }
  }

  #reject(line: number, text: string, reason: string): void {
    if (this.#rejected.length === mostRejected) throw new Error(`more than ${mostRejected} lines cannot be used`);
    this.#rejected.push({ line, text, reason });
  }

  finish(): Organisations {
    const of = new Map<number, Organisation>();
    for (const [asn, { id, line, text }] of this.#ases) {
      const organisation = this.#organisations.get(id);
      if (organisation === undefined) this.#reject(line, text, `no organisation ${id}`);
      else of.set(asn, organisation);
    }
    return { of, rejected: this.#rejected.sort((a, b) => a.line - b.line) };
  }
}

/**
 * Reads which organisation each AS belongs to: CAIDA's files (text or JSON lines), or CSV of asn,organisation[,country]; packed or not.
 * @throws CensusError E_INPUT when it cannot be read, or names no AS; E_PROGRAM_MISSING without the program that unpacks it
 */
export async function readOrganisations(path: string): Promise<Organisations> {
  const hint = "asn.organisations takes CAIDA's AS to organisation files, or CSV lines of asn,organisation,country";
  const gathering = new Gathering();
  try {
    const { chunks } = await openUnpacked(path, 'JSON');
    for await (const lines of (await textOf(chunks)).batches) for (const line of lines) gathering.take(line);
    const read = gathering.finish();
    if (read.of.size > 0) return read;
    const [bad] = read.rejected;
    throw new Error(bad === undefined ? 'it names no AS' : `it names no AS; line ${bad.line}: ${bad.reason}`);
  } catch (cause) {
    if (cause instanceof CensusError && cause.code === 'E_PROGRAM_MISSING') throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CensusError('E_INPUT', `asn.organisations: ${path}: ${why}`, hint, cause);
  }
}
