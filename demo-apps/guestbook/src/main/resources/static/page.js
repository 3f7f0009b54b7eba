'use strict';
// Entries are put on the page with textContent only: what a visitor writes is text, never markup.
const byId = (id) => document.getElementById(id);
const list = byId('entries');
let newest = -1;

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function drawn(entry) {
  const item = element('li');
  item.append(element('p', '', entry.text));
  if (entry.picture) {
    const image = element('img');
    image.src = 'pictures/' + entry.id;
    image.alt = entry.picture.label || 'picture';
    image.onerror = () => image.remove();
    item.append(image);
    item.append(entry.picture.label
      ? element('p', 'said', entry.picture.label + ' ' + Math.round(entry.picture.probability * 100) + ' %')
      : element('p', 'note', entry.picture.note));
  }
  const at = element('time', '', new Date(entry.atMillis).toLocaleString());
  at.dateTime = new Date(entry.atMillis).toISOString();
  item.append(at);
  return item;
}

function say(text, bad) {
  byId('status').textContent = text;
  byId('status').classList.toggle('bad', Boolean(bad));
}

async function load() {
  try {
    const response = await fetch('entries?n=50');
    const body = await response.json();
    if (!response.ok) throw new Error(body.error);
    const last = body.length ? body[body.length - 1].id : 0;
    if (last !== newest) {
      newest = last;
      list.replaceChildren(...body.reverse().map(drawn));
    }
    byId('empty').hidden = body.length > 0;
    if (byId('status').classList.contains('bad')) say('');
  } catch (e) {
    say(e.message || 'The guestbook does not answer.', true);
  }
}

byId('picture').addEventListener('change', () => {
  const file = byId('picture').files[0];
  byId('picked').textContent = file ? file.name : 'Add a picture';
});

byId('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = new FormData(byId('form'));
  if (!byId('picture').files.length) form.delete('picture');
  byId('send').disabled = true;
  say('Writing…');
  try {
    const response = await fetch('entries', {method: 'POST', body: form});
    const body = await response.json();
    if (!response.ok) throw new Error(body.error);
    byId('form').reset();
    byId('picked').textContent = 'Add a picture';
    say('Thank you.');
    newest = -1;
    await load();
  } catch (e) {
    say(e.message || 'The guestbook does not answer.', true);
  } finally {
    byId('send').disabled = false;
  }
});

load();
setInterval(() => { if (!document.hidden) load(); }, 5000);
