const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'code' });

/** The English name of a country code; ZZ is a place that is not known. */
export function countryName(code: string): string {
  return code === 'ZZ' ? 'Country not known' : (names.of(code) ?? code);
}
