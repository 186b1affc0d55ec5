import { ruleSets } from '../../evidence/rule-sets/rule-sets.ts';
import { steps } from '../../evidence/rungs.ts';
import { ControlKind, RuleSetName, type VerdictName } from '../../schemas/lists.ts';
import { intervalText } from '../../uncertainty/interval.ts';
import type { ReportFacts } from '../facts.ts';
import { formatCount } from '../format.ts';
import type { Results } from '../results.ts';
import { countOf, type Row } from '../rows.ts';
import type { Table } from './table.ts';

/** What is said wrongly of a control, if it is what it was drawn as. */
export const wrongOf: Readonly<Record<ControlKind, readonly VerdictName[]>> = {
  plain: ['capable', 'echoed_option', 'inconsistent', 'malformed'],
  echo: ['capable', 'inconsistent'],
  unknown: ['capable', 'echoed_option', 'inconsistent', 'malformed'],
};
const wrongOfAny = new Set(Object.values(wrongOf).flat());

interface Wrong {
  rule: string;
  says: VerdictName;
}

function rulesOf({ setting }: ReportFacts): Wrong[] {
  const named = RuleSetName.safeParse(setting.find(([name]) => name === 'rule_set')?.[1]).data ?? 'ours';
  const { claims, climbs } = ruleSets[named];
  const ofClaims = claims.flatMap(({ verdict, rules }) =>
    wrongOfAny.has(verdict) ? rules.map(({ name }) => ({ rule: name, says: verdict })) : [],
  );
  // Only what is capable climbs.
  const ofSteps = climbs ? steps.map(({ name }): Wrong => ({ rule: name, says: 'capable' })) : [];
  const seen = new Set<string>();
  return [...ofClaims, ...ofSteps].filter(({ rule, says }) => {
    const name = `${rule} ${says}`;
    return !seen.has(name) && seen.add(name);
  });
}

/** How often each rule is in a verdict on a control that it should not be in. */
export function controlTable(facts: ReportFacts, results: Results): Table {
  const found = results.rows('controls');
  const count = (control: ControlKind, rule: string | null) =>
    found
      .filter((row) => row.control === control && (row.rule ?? null) === rule)
      .reduce((sum, row) => sum + countOf(row, 'controls'), 0);
  const bases = ControlKind.options.map((control) => ({ control, base: count(control, null) }));
  const cells = ({ rule, says }: Wrong): Row =>
    Object.fromEntries(
      bases.flatMap(({ control, base }): [string, string | number | null][] => {
        const isWrong = wrongOf[control].includes(says) && base > 0;
        const held = isWrong ? count(control, rule) : null;
        return [
          [control, held],
          [`${control}_of`, isWrong ? base : null],
          [`${control}_interval`, held === null ? null : intervalText(held, base)],
        ];
      }),
    );
  const none = bases.filter(({ base }) => base === 0).map(({ control }) => control);
  const empty = none.length === 0 ? '' : ` None was found to be drawn as ${none.join(' or ')}: there is no rate.`;
  return {
    id: 'controls',
    title: 'What the rules say of controls',
    columns: [
      { key: 'rule', title: 'Rule', kind: 'text' },
      { key: 'says', title: 'Says', kind: 'text' },
      ...ControlKind.options.flatMap((control) => [
        { key: control, title: control.replace(/^./, (letter) => letter.toUpperCase()), kind: 'count' as const },
        { key: `${control}_of`, title: 'of', kind: 'count' as const },
        { key: `${control}_interval`, title: '95 %', kind: 'text' as const },
      ]),
    ],
    rows: bases.every(({ base }) => base === 0) ? [] : rulesOf(facts).map((wrong) => ({ ...wrong, ...cells(wrong) })),
    denominator: `Controls drawn: ${bases.map(({ control, base }) => `${formatCount(base)} ${control}`).join(', ')}.${empty} A dash: for such a control the rule is correct.`,
    meaning:
      'Controls are asked everything that candidates are asked: endpoints that answered the scan without an option (plain), with only ours (echo), or in a way that shows nothing (unknown). The rate is how often a rule is in the verdict of one in any version, with Wilson’s 95 % interval. ' +
      'It is an upper bound of the false positives: a control may be what the rule says, such as one of two backends behind an address. It says nothing about how often a rule misses a server, or about boxes that have no control behind them.',
    empty:
      results.alone === true
        ? 'Not measured: replies to SYNs alone include no controls.'
        : 'No controls: second opinions were disabled for this run (confirm), or no endpoint that answered qualified.',
  };
}
