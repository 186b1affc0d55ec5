import { type Fault, of, tools } from './fault.ts';

/** Restraint always works: what only restrains sending is taken at any time. */
const restraint: Fault[] = [
  ...of('test/orchestrator/restraint.test.ts', [
    ['another contact was refused', 'beside other changes that are let through, in parts that were split before'],
    [
      'what a start changed was recorded nowhere',
      'opt-outs added between two starts are honoured, beside other changes',
    ],
    [
      'blocklists were compared by their bytes',
      'an opt-out that is dropped is refused before anything is asked, and is named',
    ],
    ['the blocklist of a start was kept nowhere', 'a kept blocklist that is … stops the run before anything is asked'],
  ]),
  ...of('test/orchestrator/config/restraint.test.ts', [
    ['fewer connections at a time were refused', '… from … to … …'],
  ]),
];

/** Lists of those who opted out. */
const blocklists: Fault[] = [
  ...of('test/orchestrator/address/blocklist.test.ts', [['a file of CRs alone was one line', 'understood: …']]),
  ...of('test/orchestrator/restraint.test.ts', [
    [
      'errors of a blocklist named neither file nor line',
      'a line that nobody understands is refused with file and line',
    ],
    ['a part that was blocked whole ended zmap', 'a part of which everybody opted out starts no program'],
  ]),
  ...of('test/orchestrator/stages/units/screen.test.ts', [
    ['two halves of a target blocked were sent to zmap', 'two halves that opted out are the whole'],
  ]),
  ...of('test/orchestrator/address/mapped.test.ts', [
    ['a mapped prefix was one of IPv6', 'a mapped prefix means IPv4 wherever a prefix is read'],
  ]),
];

/** The resolver's failures are not the names'. */
const resolver: Fault[] = of(`${tools}/adns/unkind.test.ts`, [
  [
    'dead names held up all others',
    'silent names leave the window, so that ten of them do not hold up a window of ten',
  ],
  ['dead names made one doubt a good resolver', "… are the names' own failure"],
]);

/** What is sent, to whom, and what its failures are taken for. */
export const sending: readonly Fault[] = [...restraint, ...blocklists, ...resolver];
