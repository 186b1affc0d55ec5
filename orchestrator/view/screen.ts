/** A terminal on which lines can be drawn anew. */
export interface Screen {
  columns(): number;
  rows(): number;
  /** Writes as it is: cursor movements are in it. */
  write(text: string): void;
}

interface Terminal {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
  write(text: string): unknown;
}

/** What of the environment says how text is wanted. */
interface Wishes {
  TERM?: string | undefined;
  NO_COLOR?: string | undefined;
}

/** The stream as a screen; null for a file, a pipe, a terminal that knows no movements, or a user who wants plain text. */
export function screenOf(stream: Terminal, { TERM, NO_COLOR }: Wishes): Screen | null {
  const plain = TERM === undefined || TERM === '' || TERM === 'dumb' || (NO_COLOR ?? '') !== '';
  if (stream.isTTY !== true || plain) return null;
  return {
    columns: () => stream.columns ?? 80,
    rows: () => stream.rows ?? 24,
    write: (text) => {
      stream.write(text);
    },
  };
}

/** Lines that are redrawn over the previous ones. */
export class Frame {
  readonly #screen: Screen;
  #lines = 0;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** Draws each line into one of the screen: what is too long is cut, and what does not fit below is left out. */
  draw(lines: readonly string[]): void {
    const columns = Math.max(1, this.#screen.columns() - 1);
    const shown = lines.slice(0, Math.max(1, this.#screen.rows() - 1)).map((line) => cut(line, columns));
    this.#replace(shown);
  }

  /** Draws the lines whole, for the last time. */
  finish(lines: readonly string[]): void {
    this.#replace(lines);
    this.#lines = 0;
  }

  #replace(lines: readonly string[]): void {
    const back = this.#lines === 0 ? '' : `\x1b[${this.#lines}A`;
    this.#screen.write(`${back}\r\x1b[J${lines.map((line) => `${line}\n`).join('')}`);
    this.#lines = lines.length;
  }
}

/** Colours, which take no room; they are at the beginning of a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with ESC
const colours = /\x1b\[\d+m/g;

function cut(line: string, columns: number): string {
  const characters = [...line];
  const room = columns + (line.match(colours) ?? []).join('').length;
  return characters.length <= room ? line : `${characters.slice(0, room - 1).join('')}…`;
}
