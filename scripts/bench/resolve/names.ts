/** Whether the n-th name is dead: spread over the list, the same in each run. */
export function isDead(n: number, share: number): boolean {
  return (Math.imul(n, 2654435761) >>> 0) / 2 ** 32 < share;
}

export function nameAt(n: number, dead: number): string {
  return isDead(n, dead) ? `d${n}.unanswered` : `n${n}.live.example`;
}
