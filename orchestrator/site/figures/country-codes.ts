/** Codes of the countries that the map's source (Natural Earth) calls by another name than the English names of regions (CLDR). */
const others: Readonly<Record<string, string>> = {
  'Bosnia and Herz.': 'BA',
  'Central African Rep.': 'CF',
  Congo: 'CG',
  "Côte d'Ivoire": 'CI',
  'Dem. Rep. Congo': 'CD',
  'Dominican Rep.': 'DO',
  'Eq. Guinea': 'GQ',
  eSwatini: 'SZ',
  'Falkland Is.': 'FK',
  'Fr. S. Antarctic Lands': 'TF',
  Macedonia: 'MK',
  Myanmar: 'MM',
  Palestine: 'PS',
  'S. Sudan': 'SS',
  'Solomon Is.': 'SB',
  'Trinidad and Tobago': 'TT',
  Turkey: 'TR',
  'United States of America': 'US',
  'W. Sahara': 'EH',
};

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

function codesByName(): Map<string, string> {
  const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  const codes = new Map<string, string>();
  for (const first of letters) {
    for (const second of letters) {
      const name = names.of(first + second);
      // Some names have a second, withdrawn code: the first one that is no alias is the current one.
      if (name !== undefined && Intl.getCanonicalLocales(`und-${first}${second}`)[0] === `und-${first}${second}`)
        codes.set(name, first + second);
    }
  }
  return codes;
}

let known: Map<string, string> | null = null;

/** The two letters of a country by the name that the map gives it; null where there are none. */
export function codeOfName(name: string): string | null {
  known ??= codesByName();
  return others[name] ?? known.get(name) ?? null;
}
