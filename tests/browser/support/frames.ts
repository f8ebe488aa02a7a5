import type { Browser, Page } from "@playwright/test";

/** What the main thread did for one frame, in ms: by the clock, and by the processor's time. */
export interface Frame {
  wallMs: number;
  cpuMs: number;
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** Microseconds. */
  ts: number;
  dur?: number;
  tdur?: number;
  args?: { name?: string };
}

const CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline", "__metadata"];

/** Lets the browser profile a page while `work` goes on, and tells what each frame cost its main thread. */
export async function framesOf(browser: Browser, page: Page, work: () => Promise<void>): Promise<Frame[]> {
  await page.bringToFront();
  await browser.startTracing(page, { categories: CATEGORIES });
  await work();
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  return busiest(trace.traceEvents);
}

/** The frames of the main thread that drew the most: the page's own. */
function busiest(events: readonly TraceEvent[]): Frame[] {
  const mains = events.filter((one) => one.name === "thread_name" && one.args?.name === "CrRendererMain");
  const all = mains.map((main) => {
    const own = events.filter((one) => one.pid === main.pid && one.tid === main.tid);
    return frames(own);
  });
  return all.sort((a, b) => b.length - a.length)[0] ?? [];
}

/** How far back work is counted to a frame, in microseconds: what lies further back was no hindrance to it. */
const REACH_US = 33_000;

/** A frame is its drawing, up to the commit, and the tasks since the frame before: both delay it. */
function frames(events: readonly TraceEvent[]): Frame[] {
  const tasks = outermost(events.filter((one) => one.ph === "X" && /(^|::)RunTask$/.test(one.name)));
  const commits = events.filter((one) => one.name === "Commit" && one.ph === "X").map((one) => one.ts);
  commits.sort((a, b) => a - b);
  const found = commits.map(() => ({ wallMs: 0, cpuMs: 0 }));
  for (const task of tasks) {
    const index = commits.findIndex((commit) => commit >= task.ts);
    const frame = found[index];
    if (!frame || (commits[index] ?? 0) - task.ts > REACH_US) continue;
    frame.wallMs += (task.dur ?? 0) / 1000;
    frame.cpuMs += (task.tdur ?? 0) / 1000;
  }
  return found;
}

/** Without tasks that ran inside of others. */
function outermost(tasks: readonly TraceEvent[]): TraceEvent[] {
  let until = Number.NEGATIVE_INFINITY;
  return [...tasks]
    .sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0))
    .filter((one) => {
      if (one.ts < until) return false;
      until = one.ts + (one.dur ?? 0);
      return true;
    });
}

/** The nearest-rank percentile. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** One line of figures for people. */
export function told(what: string, frames: readonly Frame[]): string {
  const wall = frames.map((one) => one.wallMs);
  const cpu = frames.map((one) => one.cpuMs);
  const over = wall.filter((ms) => ms > 16).length;
  const ms = (value: number) => value.toFixed(1);
  return (
    `${what}: ${frames.length} frames, main thread p50 ${ms(percentile(wall, 50))} ms, ` +
    `p99 ${ms(percentile(wall, 99))} ms, longest ${ms(percentile(wall, 100))} ms, over 16 ms: ${over}; ` +
    `processor p50 ${ms(percentile(cpu, 50))} ms, p99 ${ms(percentile(cpu, 99))} ms`
  );
}
