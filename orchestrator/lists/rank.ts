/**
 * Digits, or groups of three of them with one mark between all; a fraction of noughts. Three noughts behind a point may be a fraction or the
 * thousands of another country: nobody guesses.
 */
const whole =
  /^[+#]?(?:\d+|\d{1,3}(?:([,'\u2019\u00a0\u202f ])\d{3})(?:\1\d{3})*)(?:\.(?:0{0,2}|0{4,}))?(?:e\+?\d{1,2})?$/i;
const marks = /[,'\u2019\u00a0\u202f ]/g;

/** A rank as lists print it: 7, 7.0, 7e0, #7, +7 or 1,234,567; null for what is none. */
export function parseRank(text: string): number | null {
  const trimmed = text.trim();
  if (!whole.test(trimmed)) return null;
  const rank = Number(trimmed.replace(/^[+#]/, '').replace(marks, ''));
  return Number.isSafeInteger(rank) ? rank : null;
}
