/** What a terminal obeys instead of showing, and what would make several lines of one: control characters, and marks that turn the direction of text. */
const obeyed =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** The same text as one line that is safe to print: paths, files and names come from strangers. Within JSON the escapes mean the same. */
export function visible(text: string): string {
  return text.replace(obeyed, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
