import type { Worker } from 'node:worker_threads';

/** Milliseconds. What is compiled in the background is done long before. */
const IDLE = 500;

/**
 * Ends a thread that has nothing left to do; nothing waits for it.
 *
 * The thread is left idle for a moment, for which it must keep its event loop alive. V8 still compiles in the background
 * what the thread ran last. A compilation may wait for a collection, which only the thread's event loop gives it, and
 * Node 20 waits for all compilations when a loop ends: a thread that ends at once may wait for ever, and the process
 * with it (https://github.com/nodejs/node/issues/54918).
 */
export function retire(worker: Worker): void {
  worker.unref();
  setTimeout(() => void worker.terminate(), IDLE).unref();
}
