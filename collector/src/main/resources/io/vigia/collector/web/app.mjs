// The shell: navigation, time range, refresh, theme, keyboard.
import { html, render, useRoute, useState, useEffect, href, go, RANGES, rangeOf, refresh, isDark, clock, day, parseHash } from './lib.mjs';
import { Icon, Logo } from './parts.mjs';
import { Services } from './services.mjs';
import { Service } from './service.mjs';
import { Traces } from './traces.mjs';
import { Trace } from './trace.mjs';
import { Logs } from './logs.mjs';
import { Metrics } from './metrics.mjs';
import { ServiceMap } from './map.mjs';
import { CollectorView } from './collector.mjs';

const VIEWS = { services: Services, service: Service, traces: Traces, trace: Trace, logs: Logs, metrics: Metrics, map: ServiceMap, collector: CollectorView };
const NAV = [['services', 'Services', 's'], ['traces', 'Traces', 't'], ['logs', 'Logs', 'l'], ['metrics', 'Metrics', 'm'], ['map', 'Map', 'p'], ['collector', 'Collector', 'c']];
const ACTIVE = { service: 'services', trace: 'traces' };
const TITLES = { service: (r) => r.arg, trace: (r) => `Trace ${r.arg.slice(0, 8)}` };

function toggleTheme() {
  const theme = isDark() ? 'light' : 'dark';
  document.documentElement.dataset.theme = theme;
  try { localStorage.setItem('vigia.theme', theme); } catch { /* not kept */ }
  dispatchEvent(new Event('vigia-theme'));
}

function Range({ route }) {
  const range = rangeOf(route.params);
  const set = (r) => go(route.view, route.arg, { ...route.params, from: '', to: '', cell: '', range: r });
  return html`<div class="range"><${Icon} name="clock" size=${16} />
    ${range.seconds ? html`<select aria-label="Time range" value=${route.params.range || '15m'} onChange=${(e) => set(e.target.value)}>
        ${RANGES.map(([r]) => html`<option value=${r} selected=${r === (route.params.range || '15m')}>last ${r}</option>`)}
        ${route.params.range && !RANGES.some(([r]) => r === route.params.range) && html`<option value=${route.params.range} selected>last ${route.params.range}</option>`}</select>`
      : html`<button class="quiet fixed" title="Back to the last 15 minutes" onClick=${() => set('15m')}>${day(range.from).slice(5)} ${clock(range.from, false)} – ${clock(range.to, false)} <${Icon} name="close" size=${13} /></button>`}</div>`;
}

function Refresh() {
  const [seconds, set] = useState(refresh.seconds);
  const change = (v) => { refresh.seconds = v; set(v); };
  return html`<div class="refresh"><button class="quiet" title="Refresh now (r)" aria-label="Refresh now" onClick=${() => refresh.now()}><${Icon} name="refresh" size=${16} /></button>
    <select aria-label="Refresh every" value=${seconds} onChange=${(e) => change(+e.target.value)}>${[[0, 'off'], [2, '2 s'], [5, '5 s'], [15, '15 s'], [60, '1 min']].map(([v, t]) => html`<option value=${v} selected=${v === seconds}>${t}</option>`)}</select></div>`;
}

const KEYS = [['g then s, t, l, m, p, c', 'go to a view'], ['/', 'search'], ['r', 'refresh'], ['d', 'dark or light'], ['j k or ↑ ↓', 'move between spans'], ['← →', 'close and open a span'], ['Enter', 'log lines of the span; traces of a heatmap cell'], ['?', 'this list']];

function Help({ onClose }) {
  return html`<div class="overlay" onClick=${onClose}><div class="card dialog" role="dialog" aria-modal="true" aria-label="Keyboard" onClick=${(e) => e.stopPropagation()}>
    <div class="bar"><h2>Keyboard</h2><span class="grow"></span><button class="quiet" aria-label="Close" autofocus onClick=${onClose}><${Icon} name="close" /></button></div>
    <dl class="attributes">${KEYS.map(([k, v]) => html`<div><dt>${k}</dt><dd>${v}</dd></div>`)}</dl></div></div>`;
}

function App() {
  const route = useRoute();
  const [help, setHelp] = useState(false);
  const [, redraw] = useState(0);
  const View = VIEWS[route.view] || Services;
  const active = ACTIVE[route.view] || route.view;
  useEffect(() => { document.title = `${(TITLES[route.view] || (() => (NAV.find(([v]) => v === route.view) || [, 'Services'])[1]))(route)} · Vigía`; }, [route]);
  useEffect(() => {
    let g = 0;
    const on = (e) => {
      if (e.ctrlKey || e.metaKey || e.altKey) return;
      if (e.key === 'Escape') { setHelp(false); if (/INPUT|SELECT|TEXTAREA/.test(e.target.tagName)) e.target.blur(); return; }
      if (/INPUT|SELECT|TEXTAREA/.test(e.target.tagName)) return;
      if (Date.now() - g < 1200) {
        const to = NAV.find(([, , k]) => k === e.key);
        g = 0;
        if (to) { go(to[0], '', {}); return; }
      }
      if (e.key === 'g') g = Date.now();
      else if (e.key === '/') { const field = document.getElementById('search'); if (field) { field.focus(); e.preventDefault(); } }
      else if (e.key === 'r') refresh.now();
      else if (e.key === 'd') toggleTheme();
      else if (e.key === '?') setHelp((h) => !h);
    };
    const theme = () => redraw((n) => n + 1);
    addEventListener('keydown', on);
    addEventListener('vigia-theme', theme);
    return () => { removeEventListener('keydown', on); removeEventListener('vigia-theme', theme); };
  }, []);
  useEffect(() => { document.querySelector('main').scrollTo(0, 0); }, [route.view, route.arg]);
  return html`
    <a class="skip" href="#main" onClick=${(e) => { e.preventDefault(); document.querySelector('main').focus(); }}>Skip to the content</a>
    <nav class="rail" aria-label="Views"><a class="brand" href=${href('services')} aria-label="Vigía"><${Logo} /><span>Vigía</span></a>
      ${NAV.map(([v, label, k]) => html`<a key=${v} href=${href(v)} aria-current=${active === v ? 'page' : undefined} title=${`${label} (g ${k})`}><${Icon} name=${v} size=${20} /><span>${label}</span></a>`)}
      <span class="grow"></span><button class="rail-button" onClick=${() => setHelp(true)} title="Keyboard (?)"><${Icon} name="keyboard" size=${20} /><span>Keyboard</span></button></nav>
    <div class="page"><header class="top"><a class="brand" href=${href('services')} aria-label="Vigía"><${Logo} /></a><nav class="crumbs" aria-label="You are here">${route.view === 'service' || route.view === 'trace' ? html`<a href=${href(active)}>${NAV.find(([v]) => v === active)[1]}</a><${Icon} name="right" size=${13} />` : ''}<span class="cut">${route.view === 'trace' ? route.arg.slice(0, 8) : route.arg || (NAV.find(([v]) => v === route.view) || [, ''])[1]}</span></nav>
      <span class="grow"></span><${Range} route=${route} /><${Refresh} />
      <button class="quiet theme" title="Dark or light (d)" aria-label="Dark or light" onClick=${toggleTheme}><${Icon} name=${isDark() ? 'sun' : 'moon'} size=${18} /></button></header>
    <main id="main" tabindex="-1"><div class="content" key=${route.view}><${View} key=${route.view + route.arg} route=${route} /></div></main></div>
    ${help && html`<${Help} onClose=${() => setHelp(false)} />`}`;
}

render(html`<${App} />`, document.getElementById('app'));
