import { core, type Fault, of, tools } from './fault.ts';

/** What met who set it up, and who read it first. */
const setUp: Fault[] = [
  ...of('test/scripts/setup.test.ts', [
    [
      'where to get Node was not said, and packages were installed first',
      'refused, with where to get it, before a package',
    ],
    ['the tests asked for the library of one release', "clang's sanitizers: …"],
    ['make check on a fresh clone: tsc not found', 'make … on a fresh clone first installs what it needs'],
  ]),
  ...of('test/docs.test.ts', [
    [
      'the command that formats was named nowhere, and a long tool was the first to read',
      'CONTRIBUTING.md names the command that formats, and the shortest tool over a program as the first to read',
    ],
  ]),
  ...of(`${tools}/wget/capture.test.ts`, [
    [
      'dumpcap as root could not open a path below such a home',
      'in the home of somebody else root writes a capture too',
    ],
  ]),
  ...of('test/orchestrator/closed-blocklist.test.ts', [
    [
      "root's own run folder in such a home failed after its scan",
      "so is a run folder of root's in the home of somebody else",
    ],
  ]),
  ...of(`${tools}/index.test.ts`, [['the version of tshark 4.4 kept its full stop', 'the version of "…" is …']]),
];

/** What the page and the tables lacked. */
const shown: Fault[] = [
  ...of('test/orchestrator/report/report.test.ts', [
    [
      'tables were wider than a phone, and no keyboard scrolled them',
      'whatever may be wider than a phone lies in a place that the keyboard reaches and that has a name',
    ],
    ['no table per port and per family', 'every table and figure of the small case counts as it does on paper'],
  ]),
  ...of('test/orchestrator/report/page/page.test.ts', [
    ['values of the Run table were 60 pixels wide', 'names of values have a width of their own'],
    ['no dark mode', 'every colour of a drawing has its like on a dark page'],
  ]),
  ...of('test/orchestrator/report/page/phone.test.ts', [
    [
      'the legend of the map was tiny on a phone',
      'words of every drawing can be read, and the legend of the map is there before anything is scrolled',
    ],
  ]),
  ...of('test/orchestrator/stages/merge/stage.test.ts', [
    [
      'hosts had no time, run or family',
      'a host row tells the run, its vantage point, its family and when its replies came',
    ],
    ['true, false and nothing were objects in Python', 'columns of true, false and nothing are so in Python too'],
  ]),
  ...of(`${core}/rows/damaged.test.ts`, [
    ['who had cut raw files was told to measure again', '… is named with its part, and what can be done'],
    ['a cut capture had advice that cannot help', 'a program that cannot read a capture is not told to do it again'],
  ]),
];

export const newcomers: readonly Fault[] = [...setUp, ...shown];
