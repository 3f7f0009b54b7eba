// What every view uses: components, routing, questions to the collector, formats.
import { h, render, Fragment } from './vendor/preact.mjs';
import { useState, useEffect, useRef, useMemo, useCallback, useLayoutEffect } from './vendor/preact-hooks.mjs';
import htm from './vendor/htm.mjs';

export const html = htm.bind(h);
export { render, Fragment, useState, useEffect, useRef, useMemo, useCallback, useLayoutEffect };

// ---- routes: #/view/argument?key=value -------------------------------------------------------

export function parseHash() {
  const [path, search] = location.hash.replace(/^#\/?/, '').split('?');
  const [view, ...rest] = path.split('/');
  const params = {};
  for (const [k, v] of new URLSearchParams(search || '')) {
    if (k in params) params[k] = [].concat(params[k], v); else params[k] = v;
  }
  return { view: view || 'services', arg: rest.map(decodeURIComponent).join('/'), params };
}

/** A link; the time range is carried along unless given. Empty values are left out. */
export function href(view, arg, params = {}) {
  const now = parseHash().params;
  const all = { range: now.range, from: now.from, to: now.to, ...params };
  if (params.from || params.to) delete all.range;
  if (params.range) { delete all.from; delete all.to; }
  const search = new URLSearchParams();
  for (const [k, v] of Object.entries(all)) {
    for (const one of [].concat(v)) if (one !== undefined && one !== null && one !== '' && one !== false) search.append(k, one);
  }
  const text = search.toString();
  return `#/${view}${arg ? '/' + encodeURIComponent(arg) : ''}${text ? '?' + text : ''}`;
}

export function go(view, arg, params, replace) {
  const target = href(view, arg, params);
  if (replace) { history.replaceState(null, '', target); dispatchEvent(new HashChangeEvent('hashchange')); }
  else location.hash = target;
}

export function useRoute() {
  const [route, set] = useState(parseHash);
  useEffect(() => {
    const on = () => set(parseHash());
    addEventListener('hashchange', on);
    return () => removeEventListener('hashchange', on);
  }, []);
  return route;
}

export const list = (v) => (v === undefined || v === '' ? [] : [].concat(v));

// ---- time range --------------------------------------------------------------------------------

export const RANGES = [['5m', 300], ['15m', 900], ['1h', 3600], ['6h', 21600], ['24h', 86400], ['3d', 259200]];
const rangeSeconds = (r) => { const m = /^(\d+)([smhd])$/.exec(r || ''); return m ? m[1] * { s: 1, m: 60, h: 3600, d: 86400 }[m[2]] : 900; };

/** {seconds} for "the last …", or {from, to} in microseconds. */
export function rangeOf(params) {
  if (params.from && params.to) return { from: +params.from, to: +params.to, key: `${params.from}-${params.to}` };
  return { seconds: rangeSeconds(params.range), key: params.range || '15m' };
}
export const rangeQuery = (r) => (r.seconds ? { lookbackSeconds: r.seconds } : { fromMicros: r.from, toMicros: r.to });
/** Both ends in microseconds, now. */
export function rangeBounds(r) {
  if (!r.seconds) return [r.from, r.to];
  const now = Date.now() * 1000;
  return [now - r.seconds * 1e6, now];
}

// ---- questions -----------------------------------------------------------------------------------

export async function api(path, params = {}, signal) {
  const search = new URLSearchParams();
  for (const [k, v] of Object.entries(params)) {
    for (const one of [].concat(v)) if (one !== undefined && one !== null && one !== '' && one !== false) search.append(k, one === true ? 'true' : one);
  }
  const text = search.toString();
  const response = await fetch(`/api/${path}${text ? '?' + text : ''}`, { signal });
  if (!response.ok) {
    let message = response.statusText;
    try { message = (await response.json()).error || message; } catch { /* not JSON */ }
    const error = new Error(message);
    error.status = response.status;
    throw error;
  }
  return response.json();
}

let beat = 0;
const beats = new Set();
export const refresh = {
  seconds: 5,
  now() { beat++; for (const f of beats) f(beat); },
};
let last = Date.now();
setInterval(() => {
  if (document.hidden || !refresh.seconds || Date.now() - last < refresh.seconds * 1000) return;
  last = Date.now();
  refresh.now();
}, 500);

/** Counts the refreshes. */
export function useBeat() {
  const [n, set] = useState(beat);
  useEffect(() => { beats.add(set); return () => beats.delete(set); }, []);
  return n;
}

/** Asks now, on every refresh (when live) and when the question changes; keeps the last answer meanwhile. */
export function useApi(path, params, { live = true, skip = false } = {}) {
  const key = path + JSON.stringify(params);
  const n = useBeat();
  const [state, set] = useState({ data: null, error: null, key: null });
  useEffect(() => {
    if (skip) return undefined;
    const abort = new AbortController();
    api(path, params, abort.signal).then(
      (data) => set({ data, error: null, key }),
      (error) => { if (error.name !== 'AbortError') set((s) => ({ data: s.key === key ? s.data : null, error, key })); });
    return () => abort.abort();
  }, [key, live ? n : 0, skip]);
  return { ...state, loading: state.key !== key && !skip, stale: state.key !== key };
}

// ---- formats ---------------------------------------------------------------------------------------

const trim = (n, digits) => { const t = n.toFixed(digits); return t.includes('.') ? t.replace(/\.?0+$/, '') : t; };
const three = (n) => trim(n, n >= 100 ? 0 : n >= 10 ? 1 : 2);

export function duration(ns) {
  if (ns === null || ns === undefined) return '–';
  if (ns < 1e3) return `${Math.round(ns)} ns`;
  if (ns < 1e6) return `${three(ns / 1e3)} µs`;
  if (ns < 1e9) return `${three(ns / 1e6)} ms`;
  if (ns < 120e9) return `${three(ns / 1e9)} s`;
  if (ns < 7200e9) return `${Math.floor(ns / 60e9)} min ${Math.round((ns % 60e9) / 1e9)} s`;
  return `${three(ns / 3600e9)} h`;
}
export function number(n) {
  if (n === null || n === undefined) return '–';
  const a = Math.abs(n);
  if (a >= 1e12) return three(n / 1e12) + ' T';
  if (a >= 1e9) return three(n / 1e9) + ' G';
  if (a >= 1e6) return three(n / 1e6) + ' M';
  if (a >= 1e4) return three(n / 1e3) + ' k';
  if (a === 0 || Number.isInteger(n)) return n.toLocaleString('en');
  return a >= 0.01 ? three(n) : n.toExponential(1);
}
export const whole = (n) => Number(n).toLocaleString('en');
export function bytes(n) {
  for (const unit of ['B', 'KiB', 'MiB', 'GiB']) { if (Math.abs(n) < 1024) return `${three(n)} ${unit}`; n /= 1024; }
  return `${three(n)} TiB`;
}
export const percent = (part, all) => (all ? `${three((100 * part) / all)} %` : '–');
export function perSecond(n) { return n > 0 && n < 0.01 ? '<0.01' : n >= 10 || n === 0 ? number(Math.round(n * 10) / 10) : three(n); }
const two = (n) => String(n).padStart(2, '0');
export function clock(micros, withMillis = true) {
  const d = new Date(micros / 1000);
  const t = `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
  return withMillis ? `${t}.${String(Math.floor(d.getMilliseconds())).padStart(3, '0')}` : t;
}
export function day(micros) { const d = new Date(micros / 1000); return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`; }
export function ago(millis) {
  const s = Math.max(0, (Date.now() - millis) / 1000);
  return s < 90 ? `${Math.round(s)} s` : s < 5400 ? `${Math.round(s / 60)} min` : s < 129600 ? `${Math.round(s / 3600)} h` : `${Math.round(s / 86400)} d`;
}
/** A value with its UCUM unit. */
export function withUnit(value, unit) {
  if (value === null || value === undefined) return '–';
  if (unit === 'By') return bytes(value);
  if (unit === 'By/s') return bytes(value) + '/s';
  if (unit === 's') return duration(value * 1e9);
  if (unit === 'ms') return duration(value * 1e6);
  if (unit === 'ns') return duration(value);
  if (unit === '1' || !unit || unit.startsWith('{')) return number(value) + (unit && unit.endsWith('/s') ? '/s' : '');
  return unit === '/s' ? `${number(value)}/s` : `${number(value)} ${unit}`;
}

// ---- colours ---------------------------------------------------------------------------------------

const HUES = [212, 158, 275, 28, 340, 190, 96, 250, 48, 310, 130, 5];
const assigned = new Map();
/** One colour per name, the same everywhere; neighbours in order of appearance differ. */
export function hueOf(name) {
  if (!assigned.has(name)) {
    let hash = 0;
    for (const c of name) hash = (hash * 31 + c.codePointAt(0)) >>> 0;
    let at = hash % HUES.length;
    const taken = new Set(assigned.values());
    for (let i = 0; i < HUES.length && taken.has(HUES[at]); i++) at = (at + 1) % HUES.length;
    assigned.set(name, HUES[at]);
  }
  return assigned.get(name);
}
export const isDark = () => {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
};
export const colorOf = (name) => (isDark() ? `hsl(${hueOf(name)} 70% 66%)` : `hsl(${hueOf(name)} 62% 45%)`);
export const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Changes when the theme changes, so that canvases are drawn again. */
export function useTheme() {
  const [n, set] = useState(0);
  useEffect(() => {
    const on = () => set((x) => x + 1);
    addEventListener('vigia-theme', on);
    const media = matchMedia('(prefers-color-scheme: dark)');
    media.addEventListener('change', on);
    return () => { removeEventListener('vigia-theme', on); media.removeEventListener('change', on); };
  }, []);
  return n;
}

/** Width of an element, as it changes. */
export function useWidth(ref) {
  const [width, set] = useState(0);
  useLayoutEffect(() => {
    if (!ref.current) return undefined;
    const observer = new ResizeObserver(([e]) => set(Math.floor(e.contentRect.width)));
    observer.observe(ref.current);
    set(Math.floor(ref.current.clientWidth));
    return () => observer.disconnect();
  }, []);
  return width;
}

export const debounce = (f, millis) => { let t; return (...a) => { clearTimeout(t); t = setTimeout(() => f(...a), millis); }; };
