import { type Fault, of } from './fault.ts';

/** Found by strangers who tried the program before they took it. */
export const adopters: readonly Fault[] = [
  ...of('test/orchestrator/config/text.test.ts', [
    ['a configuration in UTF-16 was said to hold no keys', 'a configuration is read as it was meant'],
    [
      'letters of Latin-1 became others in paths and contact',
      'a configuration in another encoding is named as such, and no letter of it is guessed',
    ],
    ['a contact that no user agent takes ended a run behind its scan', 'a contact … is refused'],
    ['so did one written as a block', 'the line feed that a block of YAML ends with is no part of the contact'],
  ]),
  ...of('test/orchestrator/traffic/reading.test.ts', [
    [
      'of two captures put together the header of the second was a packet of 2055, and the rest was not read',
      'captures that were put together with cat are read one behind the other, whatever their formats',
    ],
  ]),
];
