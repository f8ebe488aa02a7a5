import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  LinearScale,
  Tooltip,
  type ChartConfiguration,
} from "chart.js";

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip);

/** One kind of what is counted, in each of the spans. */
export interface Series {
  name: string;
  /** A colour token, e.g. `--p3`. */
  token: string;
  values: readonly number[];
}

export interface Bars {
  labels: readonly string[];
  series: readonly Series[];
  onpick?: ((index: number) => void) | undefined;
}

/** A stacked bar chart in the colours of the theme; `update` takes new figures without a jump. */
export class BarChart {
  readonly #chart: Chart<"bar">;
  #bars: Bars;

  constructor(canvas: HTMLCanvasElement, bars: Bars) {
    this.#bars = bars;
    this.#chart = new Chart(canvas, this.#config(canvas));
  }

  update(bars: Bars): void {
    this.#bars = bars;
    const config = this.#config(this.#chart.canvas);
    this.#chart.data = config.data;
    if (config.options) this.#chart.options = config.options;
    this.#chart.update("none");
  }

  destroy(): void {
    this.#chart.destroy();
  }

  #config(canvas: HTMLCanvasElement): ChartConfiguration<"bar"> {
    const style = getComputedStyle(canvas);
    const token = (name: string): string => style.getPropertyValue(name).trim();
    const ticks = { color: token("--dim"), font: { family: style.fontFamily, size: 11 } };
    return {
      type: "bar",
      data: {
        labels: [...this.#bars.labels],
        datasets: this.#bars.series.map((series) => ({
          label: series.name,
          data: [...series.values],
          backgroundColor: token(series.token),
          // The seam tells two neighbours apart for those who do not see their colours.
          borderColor: token("--surface"),
          borderWidth: { top: 1, bottom: 0, left: 0, right: 0 },
          maxBarThickness: 44,
          categoryPercentage: 0.86,
          barPercentage: 0.92,
        })),
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        interaction: { mode: "index", intersect: false },
        onClick: (_event, found) => {
          const at = found[0]?.index;
          if (at !== undefined) this.#bars.onpick?.(at);
        },
        scales: {
          x: {
            stacked: true,
            grid: { display: false },
            border: { color: token("--line") },
            ticks: { ...ticks, maxRotation: 0, autoSkipPadding: 8 },
          },
          y: {
            stacked: true,
            beginAtZero: true,
            grid: { color: token("--line") },
            border: { display: false },
            ticks: { ...ticks, precision: 0, maxTicksLimit: 5 },
          },
        },
        plugins: {
          tooltip: {
            backgroundColor: token("--raised"),
            titleColor: token("--ink"),
            bodyColor: token("--ink"),
            borderColor: token("--edge"),
            borderWidth: 1,
          },
        },
      },
    };
  }
}
