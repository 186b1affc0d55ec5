import { setMaxListeners } from 'node:events';

/** Ends the run's programs on ctrl-c; what is whole stays. A second one calls `exit`. */
export function abortOnSignals(exit: () => void): AbortSignal {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal); // one listener per program that runs
  // `on`, not `once`: a signal without a listener would end this process before its programs.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) exit();
      controller.abort();
    });
  }
  return controller.signal;
}
