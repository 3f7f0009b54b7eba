// Small parts that several views share.
import { html, useState, useRef, useEffect, href, colorOf, api, debounce } from './lib.mjs';

const PATHS = {
  services: 'M4 5h16v5H4zM4 14h16v5H4zM8 7.5h.01M8 16.5h.01',
  traces: 'M4 6h9M7 12h10M13 18h7',
  logs: 'M5 5h14M5 10h14M5 15h9M5 20h6',
  metrics: 'M4 20V4M4 20h16M8 16l4-6 3 3 5-7',
  map: 'M6 6m-2.5 0a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0M18 8m-2.5 0a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0M10 18m-2.5 0a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0M8.4 6.4l7.2 1.2M7 8.3l2.2 7.4M16.2 9.8l-4.6 6.2',
  collector: 'M12 3l8 4v5c0 4.5-3.2 8-8 9c-4.8-1-8-4.5-8-9V7zM8.5 12l2.5 2.5 4.5-5',
  sun: 'M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8M12 2v2M12 20v2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M2 12h2M20 12h2M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4',
  moon: 'M20 14.5A8 8 0 0 1 9.5 4a8 8 0 1 0 10.5 10.5',
  pause: 'M9 5v14M15 5v14',
  play: 'M8 5l11 7-11 7z',
  refresh: 'M20 11a8 8 0 1 0-2.3 6.3M20 5v6h-6',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  check: 'M5 12.5l4.5 4.5L19 7',
  close: 'M6 6l12 12M18 6L6 18',
  right: 'M9 5l7 7-7 7',
  down: 'M5 9l7 7 7-7',
  search: 'M11 4a7 7 0 1 0 0 14a7 7 0 1 0 0-14M16.5 16.5L21 21',
  clock: 'M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M12 7v5l3.5 2',
  database: 'M4 6c0-4 16-4 16 0s-16 4-16 0v12c0 4 16 4 16 0V6M4 12c0 4 16 4 16 0',
  keyboard: 'M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M7 14h10',
};

export const Icon = ({ name, size = 18 }) => html`<svg class="icon" width=${size} height=${size} viewBox="0 0 24 24" fill="none"
  stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;

export const Logo = () => html`<svg class="logo" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
  <path class="beam" d="M18.5 7.5 31 2.5v11z" /><path class="lamp" d="M13.5 6h5l.5 4.5h-6z" />
  <path class="tower" d="M12 10.5h8v1.8h-8zM13 13.2h6l2 14.3H11z" /></svg>`;

export const Dot = ({ name }) => html`<i class="dot" style=${{ background: colorOf(name) }}></i>`;

export const ServiceName = ({ name, link = true }) => (link
  ? html`<a class="service" href=${href('service', name)}><${Dot} name=${name} />${name}</a>`
  : html`<span class="service"><${Dot} name=${name} />${name}</span>`);

export const Level = ({ level }) => html`<span class=${'level ' + level.toLowerCase()}>${level}</span>`;

export function Failure({ error }) {
  return error ? html`<div class="failure" role="alert"><strong>No answer.</strong> ${error.message}</div>` : null;
}

/** Why an answer is not the whole one. */
export const Warnings = ({ of }) => (of ? of.warnings : []).map((text) => html`<p key=${text} class="warning" role="status">${text}</p>`);

export const Empty = ({ title, children }) => html`<div class="empty"><h3>${title}</h3><p>${children}</p></div>`;

export const Skeleton = ({ rows = 6 }) => html`<div class="skeleton" aria-label="loading">${Array.from({ length: rows }, () => html`<div></div>`)}</div>`;

export function Copy({ text, label = 'Copy' }) {
  const [done, set] = useState(false);
  const copy = async () => {
    try { await navigator.clipboard.writeText(text); } catch { fallbackCopy(text); }
    set(true);
    setTimeout(() => set(false), 1600);
  };
  return html`<button class=${'copy' + (done ? ' done' : '')} onClick=${copy} aria-live="polite">
    <${Icon} name=${done ? 'check' : 'copy'} size=${15} />${done ? 'Copied' : label}</button>`;
}

function fallbackCopy(text) {
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

export function Segments({ options, value, onChange, label }) {
  return html`<div class="segments" role="group" aria-label=${label}>${options.map(([v, text]) => html`
    <button key=${v} aria-pressed=${v === value} onClick=${() => onChange(v)}>${text}</button>`)}</div>`;
}

/** A text field that tells of changes when typing pauses, with completion from real values. */
export function Field({ label, value, onChange, placeholder, options, width, type = 'text', id }) {
  const [text, set] = useState(value || '');
  const later = useRef(null);
  if (!later.current) later.current = debounce((v) => later.current.send(v), 350);
  later.current.send = onChange;
  useEffect(() => set(value || ''), [value]);
  const listId = options ? 'list-' + label.replace(/\W/g, '') : undefined;
  return html`<label class="field" style=${width ? { width } : null}><span>${label}</span>
    <input id=${id} type=${type} value=${text} placeholder=${placeholder} list=${listId} spellcheck="false" autocomplete="off"
      onInput=${(e) => { set(e.target.value); later.current(e.target.value); }}
      onKeyDown=${(e) => { if (e.key === 'Enter') onChange(e.target.value); }} />
    ${options && html`<datalist id=${listId}>${options.map((o) => html`<option value=${o} />`)}</datalist>`}</label>`;
}

export function Select({ label, value, options, onChange }) {
  return html`<label class="field"><span>${label}</span><select value=${value} onChange=${(e) => onChange(e.target.value)}>
    ${options.map(([v, text]) => html`<option value=${v} selected=${v === value}>${text}</option>`)}</select></label>`;
}

/** Attributes as a table; each can become a filter. */
export function Attributes({ values, onFilter }) {
  const entries = Object.entries(values || {}).sort(([a], [b]) => (a < b ? -1 : 1));
  if (!entries.length) return html`<p class="muted">none</p>`;
  return html`<dl class="attributes">${entries.map(([k, v]) => {
    const text = typeof v === 'string' ? v : JSON.stringify(v);
    return html`<div key=${k}><dt>${k}</dt><dd>${text.includes('\n') ? html`<pre>${text}</pre>` : text}
      ${onFilter && text.length < 200 && html`<button class="quiet" title="Search for this" aria-label=${`Search for ${k}=${text}`}
        onClick=${() => onFilter(`${k}=${text}`)}><${Icon} name="search" size=${13} /></button>`}</dd></div>`;
  })}</dl>`;
}

/** Renders only the rows in sight. All rows have the same height. */
export function VirtualRows({ rows, rowHeight, render, class: cls, overscan = 12, scrollTo, label }) {
  const ref = useRef(null);
  const [view, set] = useState({ top: 0, height: 600 });
  useEffect(() => {
    const el = ref.current;
    const on = () => set({ top: el.scrollTop, height: el.clientHeight });
    on();
    el.addEventListener('scroll', on, { passive: true });
    const observer = new ResizeObserver(on);
    observer.observe(el);
    return () => { el.removeEventListener('scroll', on); observer.disconnect(); };
  }, []);
  useEffect(() => {
    const el = ref.current;
    if (scrollTo === undefined || scrollTo === null || scrollTo < 0) return;
    const y = scrollTo * rowHeight;
    if (y < el.scrollTop) el.scrollTop = y;
    else if (y + rowHeight > el.scrollTop + el.clientHeight) el.scrollTop = y + rowHeight - el.clientHeight;
  }, [scrollTo]);
  const first = Math.max(0, Math.floor(view.top / rowHeight) - overscan);
  const end = Math.min(rows.length, Math.ceil((view.top + view.height) / rowHeight) + overscan);
  return html`<div class=${'virtual ' + (cls || '')} ref=${ref} role="tree" aria-label=${label}>
    <div style=${{ height: `${rows.length * rowHeight}px` }}>
      <div style=${{ transform: `translateY(${first * rowHeight}px)` }}>${rows.slice(first, end).map((row, i) => render(row, first + i))}</div>
    </div></div>`;
}

/** The names of all services, asked once per page. */
let known;
export function useServiceNames() {
  const [names, set] = useState(known || []);
  useEffect(() => {
    api('services', { lookbackSeconds: 86400, buckets: 1 })
      .then((a) => { known = a.services.map((s) => s.service); set(known); }, () => {});
  }, []);
  return names;
}
