// A line for each caller, over time. The scales and axes are uPlot's; the lines are drawn on its canvas.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { colors, mono } from "../style/colors.js";
import { onThemeChange } from "../style/site.js";
import { parts } from "./run.js";

const HEIGHT = 250;
/** The one that creates is drawn last, above all others. */
const layers = [undefined, ...parts.toReversed()];

export class Lanes {
  #element;
  #chart;
  #run;
  #extent = { callers: 1_000, time: 1_500 };

  constructor(element) {
    this.#element = element;
    this.#chart = this.#make();
    new ResizeObserver(() => this.#fit()).observe(element);
    onThemeChange(() => this.#chart.redraw(false, true));
  }

  /** Two charts that are compared have one extent. */
  show(run, extent) {
    this.#run = run;
    this.#extent = extent;
    this.#chart.setData(this.#chart.data);
  }

  #make() {
    const quiet = () => colors.quiet;
    const grid = { stroke: () => colors.rule, width: 1 };
    const axis = { stroke: quiet, font: `11px ${mono}`, grid, ticks: { show: false } };
    const options = {
      width: this.#width,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      padding: [6, 26, 0, 0],
      scales: {
        x: { time: false, range: () => [0, this.#extent.time] },
        y: { dir: -1, range: () => [0, this.#extent.callers] },
      },
      axes: [
        { ...axis, size: 26, gap: 4, values: (_, times) => times.map((time) => `${time} ms`), space: 80 },
        { ...axis, size: 46, gap: 6, space: 40, values: (_, callers) => callers.map((caller) => caller.toLocaleString("en")) },
      ],
      series: [{}, { show: true, paths: () => null, points: { show: false } }],
      hooks: { draw: [(chart) => this.#draw(chart)] },
    };
    return new uPlot(
      options,
      [
        [0, 1],
        [0, 1],
      ],
      this.#element,
    );
  }

  get #width() {
    return Math.max(240, Math.floor(this.#element.clientWidth));
  }

  #fit() {
    if (this.#chart.width !== this.#width) this.#chart.setSize({ width: this.#width, height: HEIGHT });
  }

  #draw(chart) {
    if (this.#run === undefined) return;
    const { ctx } = chart;
    ctx.save();
    ctx.beginPath();
    ctx.rect(chart.bbox.left, chart.bbox.top, chart.bbox.width, chart.bbox.height);
    ctx.clip();
    for (const part of layers) this.#drawLayer(chart, part);
    ctx.restore();
  }

  /** `part` is undefined for those who have not been answered yet. */
  #drawLayer(chart, part) {
    const { ctx } = chart;
    const { started, ended, parts: known, now } = this.#run;
    const density = chart.bbox.height / this.#extent.callers;
    const isLine = part === "created" && this.#run.counts.created < 20;
    ctx.beginPath();
    for (let caller = 0; caller < started.length; caller++) {
      if (known[caller] !== part) continue;
      const y = chart.valToPos(caller + 0.5, "y", true);
      const x = chart.valToPos(started[caller], "x", true);
      const end = chart.valToPos(ended[caller] ?? now, "x", true);
      ctx.moveTo(x, y);
      ctx.lineTo(Math.max(end, x + 3 * devicePixelRatio), y);
    }
    ctx.globalAlpha = part === "waited" || part === undefined ? 0.6 : 1;
    ctx.strokeStyle = part === undefined ? colors.idle : colors[part];
    ctx.lineWidth = isLine ? 3 * devicePixelRatio : Math.max(0.7 * devicePixelRatio, density * 0.7);
    ctx.stroke();
  }
}
