import { SaxesParser } from 'saxes';
import { rawStream } from '../../core/folder/raw-files.ts';

type Attributes = Record<string, string>;

/** A host element: its own attributes, its address, its candidates. Other elements are left to the file. */
export interface HostElement {
  attributes: Attributes;
  address: string | null;
  osmatch: { attributes: Attributes; osclass: Attributes[] }[];
}

/** The file is not a complete result: it ends early, is not XML, or says that the run failed. */
export class XmlFault extends Error {}

/** Reads hosts as their elements close. */
class HostReader {
  readonly #parser = new SaxesParser();
  #host: HostElement | null = null;
  #ready: HostElement[] = [];
  #finished: Attributes | null = null;
  #rooted = false;

  constructor() {
    this.#parser.on('error', (error) => {
      throw new XmlFault(error.message);
    });
    this.#parser.on('opentag', ({ name, attributes }) => this.#open(name, attributes));
    this.#parser.on('closetag', ({ name }) => {
      if (name !== 'host' || this.#host === null) return;
      this.#ready.push(this.#host);
      this.#host = null;
    });
  }

  #open(name: string, attributes: Attributes): void {
    if (name === 'nmaprun') this.#rooted = true;
    else if (name === 'finished') this.#finished = attributes;
    else if (name === 'host') this.#host = { attributes, address: null, osmatch: [] };
    else if (name === 'address' && attributes.addrtype !== 'mac' && this.#host !== null) {
      this.#host.address ??= attributes.addr ?? null;
    } else if (name === 'osmatch') this.#host?.osmatch.push({ attributes, osclass: [] });
    else if (name === 'osclass') this.#host?.osmatch.at(-1)?.osclass.push(attributes);
  }

  /** Hosts that this piece of text completed. */
  write(text: string): HostElement[] {
    this.#parser.write(text);
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  /** To be called at the end of the file: nothing may be open, and the run must say that it succeeded. */
  close(): void {
    this.#parser.close();
    if (!this.#rooted) throw new XmlFault('no nmaprun element');
    if (this.#finished === null) throw new XmlFault('no runstats: the run did not end');
    if (this.#finished.exit !== 'success')
      throw new XmlFault(`the run ended with ${this.#finished.exit}: ${this.#finished.errormsg}`);
  }
}

/** Hosts of an XML output file, streamed; fails with XmlFault on a file that is cut or broken, also after the last host. */
export async function* readHosts(path: string): AsyncIterable<HostElement> {
  const reader = new HostReader();
  for await (const chunk of (await rawStream(path)).setEncoding('utf8')) yield* reader.write(String(chunk));
  reader.close();
}
