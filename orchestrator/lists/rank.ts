const whole = /^\d+(\.0*)?(e\+?\d{1,2})?$/i;

/** A rank as lists print it: 7, 7.0 or 7e0; null for what is none. */
export function parseRank(text: string): number | null {
  const trimmed = text.trim();
  if (!whole.test(trimmed)) return null;
  const rank = Number(trimmed);
  return Number.isSafeInteger(rank) ? rank : null;
}
