/** Node's exit code when all that is left is waited for and will not come. */
const standstill = 13;

/**
 * Says so when this process ends that way: Node itself says nothing.
 * @param exitCode of the process, where Node 20 has the number
 */
export function tellOfStandstill(exitCode: () => unknown, tell: (text: string) => void): void {
  process.on('exit', (code) => {
    if (code !== standstill && exitCode() !== standstill) return;
    tell(
      'error: what it waited for never came, which is a fault of this program\n  what was measured is kept: start it again',
    );
  });
}
