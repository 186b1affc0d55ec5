import { shuffled } from './random.ts';

const QUALITIES =
  'amber blue calm crisp dusty early eager fresh gentle golden grand green hidden humble icy jolly keen light little lively lucky mellow misty modern noble northern open plain proud quick quiet rapid round royal rusty sharp silent silver simple smart snowy solid southern steady sunny swift tidy urban vivid warm western wild young'.split(
    ' ',
  );
const THINGS =
  'anchor apple atlas bakery basin beacon birch bridge cabin camera canyon castle cedar cinema circle clinic cloud coffee compass corner delta drum engine falcon ferry field forest forum garden gallery glacier guitar harbor hotel island journal kettle ladder lagoon lantern library maple market meadow mirror museum news orchard paper pencil piano planet radio river rocket school shelter shop stadium station studio summit temple theater tower travel tunnel valley village violin wagon weather willow window workshop'.split(
    ' ',
  );

/** A supply of made-up names of two words, each given once: 53 times 76 of them. Throws when it runs dry. */
export function nameSupply(random: () => number): (tld: string) => string {
  const pairs = QUALITIES.flatMap((quality) => THINGS.map((thing) => `${quality}-${thing}`));
  const order = shuffled(pairs, random);
  return (tld) => {
    const next = order.pop();
    if (!next) throw new Error('the world asks for more names than there are word pairs');
    return `${next}.${tld}`;
  };
}
