import { mock } from 'node:test';

/** Runs `use` on a clock that stands until it is told to tick. */
export function onMockTimers(use: () => void): () => void {
  return () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      use();
    } finally {
      mock.timers.reset();
    }
  };
}
