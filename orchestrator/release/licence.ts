import { z } from 'zod';

/** Licences that a data set is commonly put under; the SPDX word, and where the text is. */
export const Licence = z.enum(['CC-BY-4.0', 'CC-BY-SA-4.0', 'CC0-1.0', 'ODbL-1.0']);
export type Licence = z.infer<typeof Licence>;

const texts: Readonly<Record<Licence, { title: string; path: string }>> = {
  'CC-BY-4.0': { title: 'Creative Commons Attribution 4.0', path: 'https://creativecommons.org/licenses/by/4.0/' },
  'CC-BY-SA-4.0': {
    title: 'Creative Commons Attribution-ShareAlike 4.0',
    path: 'https://creativecommons.org/licenses/by-sa/4.0/',
  },
  'CC0-1.0': { title: 'CC0 1.0 Universal', path: 'https://creativecommons.org/publicdomain/zero/1.0/' },
  'ODbL-1.0': {
    title: 'Open Data Commons Open Database License 1.0',
    path: 'https://opendatacommons.org/licenses/odbl/1-0/',
  },
};

/** As data packages name it. */
export function licenceEntry(licence: Licence) {
  return { name: licence, ...texts[licence] };
}

/** What the file LICENSE says: the words of the law are where it points. */
export function licenceText(licence: Licence, borrowed: readonly string[]): string {
  const { title, path } = texts[licence];
  const others = borrowed.map((line) => `- ${line}\n`).join('');
  return `The data of this release: ${title} (${licence})
${path}
${
  others === ''
    ? ''
    : `
Some columns were looked up in files of others, whose own terms go on holding for them. Whoever publishes this release has to see to it
that they allow that:
${others}`
}`;
}
