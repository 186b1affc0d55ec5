import { setMaxListeners } from 'node:events';

/** A terminal that is closed says SIGHUP. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A signal with many listeners: one per running program is not a leak. */
function manyWait(signal: AbortSignal): AbortSignal {
  setMaxListeners(0, signal);
  return signal;
}

/** Aborts as soon as one of the two does. */
export function eitherSignal(one: AbortSignal, other: AbortSignal): AbortSignal {
  return manyWait(AbortSignal.any([one, other]));
}

/** Ends the run's programs on ctrl-c, or when `abort` is called; what is whole stays. A second signal calls `exit`. */
export function abortOnSignals(exit: () => void): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  manyWait(controller.signal);
  // `on`, not `once`: a signal without a listener would end this process before its programs.
  for (const signal of signals) {
    process.on(signal, () => {
      if (controller.signal.aborted) exit();
      controller.abort();
    });
  }
  return { signal: controller.signal, abort: () => controller.abort() };
}

/** For what runs nothing that must be put back. */
export function endOnSignals(exit: () => void): void {
  for (const signal of signals) process.on(signal, exit);
}

/**
 * The first byte beyond what a file may hold (ulimit -f) kills a process without a word. With a listener the write fails (EFBIG), and is
 * told as others are. Programs do not inherit it: one that takes no notice of EFBIG is ended.
 */
export function failBeyondFileLimit(): void {
  process.on('SIGXFSZ', () => undefined);
}
