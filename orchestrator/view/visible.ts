/**
 * What a terminal would obey instead of showing: control characters but newline and tab, and the marks that turn the direction of text.
 * Names of ASes, whois texts and what programs print come from strangers.
 */
const obeyed =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** The same text for a terminal. In JSON nothing changes: such characters stand within strings, where the escape means the same. */
export function visible(text: string): string {
  return text.replace(obeyed, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const odd = /[\p{Cc}\p{Cf}"\\]/u;

/** A path within a line: others may have chosen the name of a file, and a newline in it would begin a line of its own. */
export function pathText(path: string): string {
  return odd.test(path) ? JSON.stringify(path) : path;
}
