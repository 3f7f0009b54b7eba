// Charts: sparklines, time series (uPlot), bars and the latency heatmap (canvas).
import { html, useRef, useEffect, useLayoutEffect, useState, useWidth, useTheme, css, clock, day, duration, whole, isDark } from './lib.mjs';

/** A small line without axes. */
export function Spark({ values, errors, color = 'var(--data)', height = 34, label }) {
  const n = values.length;
  const max = Math.max(1e-9, ...values);
  const x = (i) => (i / Math.max(1, n - 1)) * 100;
  const y = (v) => 30 - (v / max) * 27;
  const line = values.map((v, i) => `${i ? 'L' : 'M'}${x(i).toFixed(2)} ${y(v).toFixed(2)}`).join('');
  return html`<svg class="spark" viewBox="0 0 100 32" preserveAspectRatio="none" height=${height} role="img" aria-label=${label}>
    <path d=${`${line}L100 32L0 32Z`} style=${{ fill: color, opacity: 0.14 }} />
    <path d=${line} style=${{ stroke: color }} class="spark-line" />
    ${errors && errors.map((e, i) => (e ? html`<rect x=${Math.max(0, x(i) - 1.2)} width="2.4" y=${32 - Math.max(3, (e / max) * 27)} height=${Math.max(3, (e / max) * 27)} class="spark-error" />` : null))}
  </svg>`;
}

const canvasContext = (canvas, width, height) => {
  const ratio = devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const g = canvas.getContext('2d');
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  return g;
};

const timeLabel = (micros, spanMicros) => (spanMicros > 86400e6 * 1.5 ? `${day(micros).slice(5)} ${clock(micros, false).slice(0, 5)}`
  : spanMicros > 600e6 ? clock(micros, false).slice(0, 5) : clock(micros, false));

/** Whole, round moments in a range. */
export function timeTicks(from, to, count) {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800].map((s) => s * 1e6);
  const step = steps.find((s) => (to - from) / s <= count) || steps[steps.length - 1];
  const offset = new Date(from / 1000).getTimezoneOffset() * 60e6;
  const ticks = [];
  for (let t = Math.ceil((from - offset) / step) * step + offset; t <= to; t += step) ticks.push(t);
  return ticks;
}

/**
 * Lines over time. series: [{label, values, color, fill}]; x: micros of each value.
 * onZoom(fromMicros, toMicros) when a stretch is dragged.
 */
export function TimeChart({ x, series, height = 180, format = (v) => v, onZoom, label, log }) {
  const box = useRef(null);
  const plot = useRef(null);
  const tip = useRef(null);
  const width = useWidth(box);
  const theme = useTheme();
  const shape = series.map((s) => s.label + s.color).join('|');
  const made = useRef('');
  useEffect(() => {
    if (!width || !window.uPlot) return;
    const data = [x.map((t) => t / 1e6), ...series.map((s) => s.values)];
    const key = `${width}|${height}|${theme}|${shape}`;
    if (plot.current && made.current === key) { plot.current.setData(data); return; }
    if (plot.current) plot.current.destroy();
    made.current = key;
    const grid = { stroke: css('--grid'), width: 1 };
    const axis = { stroke: css('--muted'), grid, ticks: { show: false }, font: '11px ' + css('--sans') };
    plot.current = new window.uPlot({
      width, height, padding: [8, 8, 0, 0], legend: { show: false },
      cursor: { y: false, points: { size: 6 }, drag: { x: !!onZoom, y: false }, focus: { prox: 24 } },
      select: { show: !!onZoom },
      scales: { x: { time: true }, y: log ? { distr: 3, log: 10, range: (u, min, max) => (max > 0 ? [min / 1.6, max * 1.6] : [1e5, 1e9]) }
        : { range: (u, min, max) => [Math.min(0, min ?? 0), max > 0 ? max * 1.12 : 1] } },
      axes: [
        { ...axis, size: 26, space: 64, values: (u, ticks) => ticks.map((t) => timeLabel(t * 1e6, (u.scales.x.max - u.scales.x.min) * 1e6)) },
        { ...axis, size: 62, space: log ? 20 : 32, values: (u, ticks) => ticks.map((v) => (v === null || v === undefined ? '' : format(v))),
          ...(log ? { splits: (u, a, min, max) => [1, 2, 5].flatMap((m) => Array.from({ length: 12 }, (_, e) => m * 10 ** e)).sort((p, q) => p - q)
            .filter((v) => v >= min && v <= max).filter((v, i, all) => all.length < 7 || String(v).startsWith('1')), filter: (u, s) => s } : {}) },
      ],
      series: [{}, ...series.map((s) => ({
        label: s.label, stroke: s.color, width: 1.6, spanGaps: false,
        fill: s.fill ? s.color.replace(/^hsl\((.*)\)$/, 'hsl($1 / 0.13)') : undefined,
        points: { show: (u, i, a, b) => b - a < 2 },
      }))],
      hooks: {
        setCursor: [(u) => drawTip(u, tip.current, u.__series || series, format)],
        setSelect: [(u) => {
          if (!onZoom || u.select.width < 6) return;
          const from = u.posToVal(u.select.left, 'x') * 1e6;
          const to = u.posToVal(u.select.left + u.select.width, 'x') * 1e6;
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          onZoom(Math.floor(from), Math.ceil(to));
        }],
      },
    }, data, box.current);
  }, [x, series, width, height, theme, shape]);
  if (plot.current) plot.current.__series = series;
  useEffect(() => () => { if (plot.current) plot.current.destroy(); plot.current = null; }, []);
  return html`<div class="chart" role="img" aria-label=${label} style=${{ height: `${height}px` }}>
    <div class="chart-box" ref=${box}></div><div class="tip" ref=${tip} hidden></div></div>`;
}

function drawTip(u, tip, series, format) {
  const i = u.cursor.idx;
  if (!tip) return;
  if (i === null || i === undefined || u.cursor.left < 0) { tip.hidden = true; return; }
  const rows = series.map((s) => ({ s, v: s.values[i] })).filter((r) => r.v !== null && r.v !== undefined)
    .sort((a, b) => b.v - a.v).slice(0, 10);
  if (!rows.length) { tip.hidden = true; return; }
  tip.replaceChildren();
  const head = document.createElement('b');
  head.textContent = clock(u.data[0][i] * 1e6, false);
  tip.append(head);
  for (const { s, v } of rows) {
    const line = document.createElement('div');
    const dot = document.createElement('i');
    dot.className = 'dot';
    dot.style.background = s.color;
    const value = document.createElement('span');
    value.textContent = format(v);
    line.append(dot, s.label, value);
    tip.append(line);
  }
  tip.hidden = false;
  const left = u.cursor.left + u.bbox.left / devicePixelRatio;
  const flip = left > u.width / 2;
  tip.style.left = flip ? 'auto' : `${left + 14}px`;
  tip.style.right = flip ? `${u.width - left + 14}px` : 'auto';
  tip.style.top = '8px';
}

const LEVEL_ORDER = ['FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE', 'UNSET'];

/** Log records over time, stacked by level; dragging chooses a stretch. */
export function LevelBars({ facets, height = 92, onZoom }) {
  const box = useRef(null);
  const canvas = useRef(null);
  const width = useWidth(box);
  const theme = useTheme();
  const [drag, setDrag] = useState(null);
  const n = facets.buckets.length;
  const to = facets.fromUnixMicros + n * facets.bucketMicros;
  useLayoutEffect(() => {
    if (!width || !canvas.current) return;
    const g = canvasContext(canvas.current, width, height);
    const plot = height - 18;
    g.clearRect(0, 0, width, height);
    const totals = facets.buckets.map((b) => Object.values(b).reduce((a, c) => a + c, 0));
    const max = Math.max(1, ...totals);
    const w = width / n;
    facets.buckets.forEach((b, i) => {
      let y = plot;
      for (const level of [...LEVEL_ORDER].reverse()) {
        if (!b[level]) continue;
        const hgt = Math.max(1.5, (b[level] / max) * (plot - 4));
        g.fillStyle = css(`--level-${level.toLowerCase()}`);
        g.fillRect(i * w + 0.5, y - hgt, Math.max(1, w - 1.5), hgt);
        y -= hgt;
      }
    });
    g.fillStyle = css('--grid');
    g.fillRect(0, plot, width, 1);
    g.fillStyle = css('--muted');
    g.font = '11px ' + css('--sans');
    for (const t of timeTicks(facets.fromUnixMicros, to, Math.max(2, width / 110))) {
      const x = ((t - facets.fromUnixMicros) / (to - facets.fromUnixMicros)) * width;
      if (x > 8 && x < width - 40) g.fillText(timeLabel(t, to - facets.fromUnixMicros), x, height - 4);
    }
  }, [facets, width, height, theme]);
  const at = (e) => { const r = canvas.current.getBoundingClientRect(); return Math.min(1, Math.max(0, (e.clientX - r.left) / r.width)); };
  const time = (p) => Math.round(facets.fromUnixMicros + p * (to - facets.fromUnixMicros));
  return html`<div class="bars" ref=${box}><canvas ref=${canvas} role="img" aria-label="Log records over time by level"
      onPointerDown=${(e) => { e.target.setPointerCapture(e.pointerId); setDrag([at(e), at(e)]); }}
      onPointerMove=${(e) => drag && setDrag([drag[0], at(e)])}
      onPointerUp=${() => {
        if (drag && Math.abs(drag[1] - drag[0]) > 0.01) onZoom(time(Math.min(...drag)), time(Math.max(...drag)));
        setDrag(null);
      }}></canvas>
    ${drag && html`<div class="brush" style=${{ left: `${Math.min(...drag) * 100}%`, width: `${Math.abs(drag[1] - drag[0]) * 100}%` }}></div>`}</div>`;
}

/** Perceptual ramp: dark to bright on dark, light to strong on light. */
function ramp(t) {
  const stops = isDark()
    ? [[32, 44, 84], [49, 84, 164], [62, 142, 208], [104, 208, 190], [245, 226, 122]]
    : [[214, 226, 248], [150, 186, 240], [84, 136, 220], [50, 84, 178], [34, 38, 110]];
  const p = t * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(p));
  const f = p - i;
  return stops[i].map((c, k) => Math.round(c + (stops[i + 1][k] - c) * f));
}
const ERROR = { dark: [255, 92, 92], light: [214, 40, 40] };

/**
 * Requests by time and latency. A cell opens exactly its traces. Arrow keys move, Enter opens.
 * onCell({from, to, min, max, count}).
 */
export function Heatmap({ data, height = 220, onCell }) {
  const box = useRef(null);
  const canvas = useRef(null);
  const width = useWidth(box);
  const theme = useTheme();
  const [at, setAt] = useState(null);
  const left = 62;
  const bottom = 20;
  const { rows, columns } = data;
  const from = data.fromUnixMicros;
  const to = from + columns * data.columnMicros;
  const w = Math.max(1, (width - left) / columns);
  const h = rows.length ? (height - bottom) / rows.length : 1;
  const byPlace = new Map(data.cells.map((c) => [`${c.column},${c.row}`, c]));
  const max = Math.max(1, ...data.cells.map((c) => c.count));
  useLayoutEffect(() => {
    if (!width || !canvas.current) return;
    const g = canvasContext(canvas.current, width, height);
    g.clearRect(0, 0, width, height);
    g.font = '11px ' + css('--sans');
    // grid lines at decades and their halves, as many as fit
    let lastY = Infinity;
    const marks = [1, 2, 5].flatMap((m) => Array.from({ length: 12 }, (_, e) => m * 10 ** e)).sort((a, b) => a - b);
    for (const ns of marks) {
      const i = rows.findIndex((r) => ns >= r.minNanos && ns < r.maxNanos);
      if (i < 0) continue;
      const y = height - bottom - (i + (ns - rows[i].minNanos) / (rows[i].maxNanos - rows[i].minNanos)) * h;
      g.fillStyle = css('--grid');
      g.fillRect(left, Math.round(y), width - left, 1);
      if (lastY - y > 18 && y > 6) { g.fillStyle = css('--muted'); g.textAlign = 'right'; g.fillText(duration(ns), left - 8, y + 4); lastY = y; }
    }
    const gap = w > 5 ? 1 : 0.3;
    for (const c of data.cells) {
      const t = max === 1 ? 0.6 : 0.12 + 0.88 * (Math.log(c.count) / Math.log(max));
      let color = ramp(t);
      if (c.errors) { const e = isDark() ? ERROR.dark : ERROR.light; const f = 0.45 + 0.55 * (c.errors / c.count); color = color.map((v, k) => Math.round(v + (e[k] - v) * f)); }
      g.fillStyle = `rgb(${color})`;
      g.beginPath();
      g.roundRect(left + c.column * w + gap / 2, height - bottom - (c.row + 1) * h + gap / 2, Math.max(1.5, w - gap), Math.max(1.5, h - gap), Math.min(2, h / 4));
      g.fill();
    }
    g.fillStyle = css('--muted');
    g.textAlign = 'center';
    for (const t of timeTicks(from, to, Math.max(2, (width - left) / 100))) {
      const x = left + ((t - from) / (to - from)) * (width - left);
      if (x < width - 24) g.fillText(timeLabel(t, to - from), x, height - 5);
    }
    if (at) {
      g.strokeStyle = css('--text');
      g.lineWidth = 1.5;
      g.strokeRect(left + at.column * w, height - bottom - (at.row + 1) * h, w, h);
    }
  }, [data, width, height, theme, at]);
  const cellAt = (e) => {
    const r = canvas.current.getBoundingClientRect();
    const column = Math.floor((e.clientX - r.left - left) / w);
    const row = Math.floor((height - bottom - (e.clientY - r.top)) / h);
    if (column < 0 || column >= columns || row < 0 || row >= rows.length) return null;
    // thin cells are hard to hit: the nearest filled one within a few pixels
    const reach = Math.ceil(4 / h);
    for (let d = 0; d <= reach; d++) for (const s of [d, -d]) { const c = byPlace.get(`${column},${row + s}`); if (c) return c; }
    return null;
  };
  const open = (c) => c && onCell({
    from: from + c.column * data.columnMicros, to: from + (c.column + 1) * data.columnMicros,
    min: rows[c.row].minNanos, max: rows[c.row].maxNanos, count: c.count });
  const key = (e) => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[e.key];
    if (e.key === 'Enter' && at) { open(at); return; }
    if (!move || !data.cells.length) return;
    e.preventDefault();
    if (!at) { setAt(data.cells[data.cells.length - 1]); return; }
    const ahead = data.cells.filter((c) => move[0] * (c.column - at.column) + move[1] * (c.row - at.row) > 0);
    const distance = (c) => Math.abs(c.column - at.column) * (move[0] ? 1 : 8) + Math.abs(c.row - at.row) * (move[1] ? 1 : 8);
    if (ahead.length) setAt(ahead.reduce((a, b) => (distance(b) < distance(a) ? b : a)));
  };
  return html`<div class="heatmap" ref=${box}>
    <canvas ref=${canvas} tabindex="0" role="img" data-cells=${data.cells.length}
      aria-label="Latency heatmap: time to the right, duration upwards. Arrow keys move between cells, Enter opens the traces of a cell."
      class=${at ? 'pointing' : ''} onPointerMove=${(e) => setAt(cellAt(e))} onPointerLeave=${() => setAt(null)}
      onClick=${(e) => open(cellAt(e))} onKeyDown=${key} onBlur=${() => setAt(null)}></canvas>
    ${at && html`<div class="tip" style=${{
      [left + at.column * w > width / 2 ? 'right' : 'left']: left + at.column * w > width / 2 ? `${width - left - at.column * w + 12}px` : `${left + (at.column + 1) * w + 12}px`,
      top: `${Math.max(0, Math.min(height - 84, height - bottom - (at.row + 1) * h - 30))}px` }}>
      <b>${clock(from + at.column * data.columnMicros, false)}</b>
      <div>${duration(rows[at.row].minNanos)} – ${duration(rows[at.row].maxNanos)}</div>
      <div>${whole(at.count)} request${at.count === 1 ? '' : 's'}${at.errors ? html`, <em class="bad">${whole(at.errors)} failed</em>` : ''}</div></div>`}
  </div>`;
}
