import TickerWorker from "./ticker.worker.ts?worker";

/**
 * Calls back about once a second, also in a hidden tab: browsers slow the timers of hidden pages to
 * one a minute, which would make a server believe that this screen is dead. A worker's are not.
 */
export function everySecond(run: () => void): () => void {
  try {
    const worker = new TickerWorker();
    worker.onmessage = run;
    return () => worker.terminate();
  } catch {
    const timer = setInterval(run, 1000);
    return () => clearInterval(timer);
  }
}
