import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { blocklistText, type Fault, readEntries } from '../../address/blocklist.ts';
import { formatPrefix, type Prefix } from '../../address/ip.ts';
import { PrefixSet } from '../../address/prefix-set.ts';
import { nowIso } from '../folder/entries.ts';
import { exists, makeFolder, sha256File, sha256Of } from '../folder/files.ts';
import type { ManifestFile } from '../folder/manifest.ts';
import { keepOptOuts } from '../folder/opt-outs.ts';
import { every } from '../process/timer.ts';
import type { Reporter } from '../progress.ts';
import { appendFile } from '../writing.ts';
import type { LateOptOuts } from './late.ts';

/** A last line without an end may be half of one, unless the file has been left alone for so long, or since the last look. */
const unfinishedMs = 1000;

interface Settings {
  /** The blocklist that the configuration names. */
  path: string;
  /** Of the run. */
  folder: string;
  manifest: ManifestFile;
  late: LateOptOuts;
  report: Reporter;
}

/**
 * Reads the blocklist again while a run sends. Opt-outs are added and never dropped: what the file no longer says, a file that is gone
 * and lines that nobody understands change nothing, and are told of. What holds is kept in the run folder.
 */
export class OptOutReader {
  readonly #settings: Settings;
  readonly #rejects: string;
  /** sha256 of what was read last. */
  #read: string;
  /** The file as it was at the last look, the end of it too. */
  #seen = '';
  #told = '';
  /** How many of the prefixes in force were reported. */
  #counted: number;
  readonly #faultsKept = new Set<string>();
  /** Looks never overlap, no matter who asks for them. */
  #last: Promise<void> = Promise.resolve();
  /** Why what was read last could not be taken as a whole; null when it was. */
  #failed: { cause: unknown } | null = null;
  #end: () => Promise<void> = async () => {};

  /** @param read the file as it was read at the start */
  constructor(settings: Settings, read: Buffer) {
    this.#settings = settings;
    this.#read = sha256Of(read.toString('utf8'));
    this.#counted = settings.late.prefixes.length;
    this.#rejects = join(settings.folder, 'rejects', 'opt_outs.ndjson');
  }

  /** Looks at this interval until `end`, and at once when this process continues after ctrl-z, because senders continue too. */
  start(everyMs: number): void {
    const end = every(everyMs, () => this.look());
    const atOnce = () => void this.look();
    process.on('SIGCONT', atOnce);
    this.#end = async () => {
      process.off('SIGCONT', atOnce);
      await end();
      await this.#last;
    };
  }

  /** Ends the looking. What is owed then is tried once more. @throws what keeps it from being done */
  async end(): Promise<void> {
    await this.#end();
    if (this.#failed === null) return;
    await this.look();
    if (this.#failed !== null) throw this.#failed.cause;
  }

  /** A failure is reported, and retried at the next look. */
  look(): Promise<void> {
    this.#last = this.#last.then(async () => {
      try {
        await this.#look();
        this.#failed = null;
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        if (this.#failed === null)
          this.#tell(`not all that the blocklist says could be done: ${why}; it is tried again`);
        this.#failed = { cause };
      }
    });
    return this.#last;
  }

  async #look(): Promise<void> {
    const text = await this.#text();
    const sha256 = text === null ? this.#read : sha256Of(text);
    if (text === null || sha256 === this.#read) return;
    const { late } = this.#settings;
    const { prefixes, faults } = readEntries(text);
    // First it holds, then it is written down.
    await late.add(prefixes);
    await this.#keepFaults(faults);
    const dropped = late.prefixes.length - (await this.#keep(text, prefixes, faults.length));
    this.#read = sha256;
    const added = late.prefixes.length - this.#counted;
    this.#counted += added;
    this.#tellOf(added, faults, dropped);
  }

  /** What the file says now; null when it cannot be read. */
  async #text(): Promise<string | null> {
    const { path } = this.#settings;
    try {
      const file = await stat(path);
      // A named pipe would be waited for until somebody writes into it.
      if (!file.isFile()) throw new TypeError(`${path} is not a plain file`);
      const text = blocklistText(await readFile(path), path);
      this.#told = '';
      const settled = text === this.#seen || Date.now() - file.mtimeMs > unfinishedMs;
      this.#seen = text;
      if (settled || /[\r\n]$/.test(text)) return text;
      return text.slice(0, 1 + Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      if (why !== this.#told) this.#tell(`the blocklist cannot be read: ${why}; the last one holds`);
      this.#told = why;
      return null;
    }
  }

  /** Keeps what holds now; gives how many prefixes of it the file has. */
  async #keep(text: string, prefixes: readonly Prefix[], faults: number): Promise<number> {
    const { path, folder, manifest, late } = this.#settings;
    const has = new PrefixSet(prefixes);
    const held = late.prefixes.filter((prefix) => has.covers(prefix)).length;
    const whole = faults === 0 && held === late.prefixes.length;
    const lines = late.prefixes.map((prefix) => `${formatPrefix(prefix)}\n`).join('');
    const bytes = Buffer.from(whole ? text : `# what held from ${nowIso()} on\n${lines}`);
    const entry = await keepOptOuts(folder, { path, bytes, prefixes: late.prefixes });
    const rejects_sha256 = (await exists(this.#rejects)) ? await sha256File(this.#rejects) : null;
    manifest.data.starts.at(-1)?.rereads.push({ at: nowIso(), ...entry, rejected_lines: faults, rejects_sha256 });
    await manifest.save();
    return held;
  }

  async #keepFaults(faults: Fault[]): Promise<void> {
    const fresh = faults.filter(({ text }) => !this.#faultsKept.has(text));
    if (fresh.length === 0) return;
    for (const { text } of fresh) this.#faultsKept.add(text);
    const rows = fresh.map(({ line, text, why }) => ({
      ...{ stage: 'opt_outs', part: nowIso(), program: this.#settings.path },
      ...{ reason: `line ${line} ${why}`, line: text },
    }));
    await makeFolder(dirname(this.#rejects));
    await appendFile(this.#rejects, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }

  #tellOf(added: number, faults: Fault[], dropped: number): void {
    const told = [`${added} more`];
    const [first] = faults;
    if (first !== undefined) {
      told.push(`${faults.length} lines are not understood and hold for nobody: line ${first.line} ${first.why}`);
    }
    if (dropped > 0) told.push(`${dropped} are no longer in the file and still hold for this run`);
    this.#tell(told.join('; '), { added, rejected: faults.length, dropped });
  }

  #tell(text: string, read = { added: 0, rejected: 0, dropped: 0 }): void {
    this.#settings.report({ type: 'opt_outs', stage: 'opt-outs', text, ...read });
  }
}
