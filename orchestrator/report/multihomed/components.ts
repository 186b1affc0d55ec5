/** Things that belong together, by pairs of them (union-find): those that any chain of pairs joins have the same number. */
export class Components {
  readonly #parents: number[] = [];
  readonly #numbers = new Map<string, number>();

  /** Number of a thing; the next one when it was not met before. */
  #numberOf(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = this.#parents.length;
    this.#numbers.set(name, number);
    this.#parents.push(number);
    return number;
  }

  #root(number: number): number {
    let root = number;
    for (let parent = this.#parents[root]; parent !== undefined && parent !== root; parent = this.#parents[root]) {
      this.#parents[root] = this.#parents[parent] ?? parent; // halves the path for the next one who asks
      root = parent;
    }
    return root;
  }

  add(name: string): void {
    this.#numberOf(name);
  }

  join(one: string, other: string): void {
    const [a, b] = [this.#root(this.#numberOf(one)), this.#root(this.#numberOf(other))];
    this.#parents[b] = a;
  }

  /** Every thing with the number of what it belongs to. */
  *members(): Generator<[name: string, component: number]> {
    for (const [name, number] of this.#numbers) yield [name, this.#root(number)];
  }
}
