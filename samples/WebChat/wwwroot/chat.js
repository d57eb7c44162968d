// The chat. The server holds the history; this page shows it and asks.

import { get, make, open, post, Refused, stream } from './server.js';

const at = id => document.getElementById(id);
const log = at('log');
const input = at('input');

let current = null;   // the conversation that is shown, as the server tells it
let running = null;   // stops the answer that is being written

const phaseNames = { redirecting: 'redirected', warned: 'warned', ended: 'ended' };

let isLoaded = false; // whether it is known which conversation is shown
const loading = start();

async function start() {
  const session = await open();
  at('bot').textContent = session.bot === 'eliza' ? 'ELIZA' : session.bot;
  at('operator-link').hidden = !session.isOperator;
  addEventListener('hashchange', () => guarded(showHash));
  await guarded(showHash);
  isLoaded = true;
}

async function showHash() {
  const id = location.hash.slice(2);
  if (id && id === current?.id) {
    return;
  }

  running?.abort();
  const listed = await list();
  const known = listed.find(one => one.id === id) ?? listed.at(-1);
  if (known) {
    await show(known.id);
  } else {
    showNothing();
  }
}

function showNothing() {
  current = null;
  history.replaceState(null, '', '#');
  render();
}

async function show(id) {
  current = await get(`/api/conversations/${encodeURIComponent(id)}`);
  history.replaceState(null, '', `#/${current.id}`);
  render();
  await list();
}

// ---- the messages

function render() {
  log.replaceChildren(...(current?.messages ?? []).map(messageElement));
  if (!current || current.messages.length === 0) {
    log.append(make('div', { class: 'welcome' },
      make('h2', {}, 'Say hello.'),
      make('p', {}, 'A bot answers, and a guard looks after the conversation: it asks for another tone, warns, and ends the conversation only when nothing else helped.')));
  }

  renderState();
  log.scrollTop = log.scrollHeight;
}

function renderState() {
  const isEnded = Boolean(current?.ending);
  at('ended').hidden = !isEnded;
  at('composer').hidden = isEnded;
  at('ended-text').textContent = current?.ending?.detail ?? '';
  const isWarned = current?.phase === 'warned' && !isEnded;
  const banner = at('banner');
  if (isWarned) {
    at('banner-text').textContent = current.messages.flatMap(message => message.notices).findLast(notice => notice.kind === 'warning')?.text
      ?? 'This conversation may be ended if it goes on like this.';
  }

  banner.hidden = !isWarned;

  // While a warning is in force its words are in the banner; later they stand where they were said.
  const latest = [...log.querySelectorAll('.notice.warning')].at(-1);
  if (isWarned && latest) {
    latest.classList.add('above');
    latest.textContent = '↑ The warning above was given here.';
  }

  document.body.dataset.phase = current?.phase ?? 'engaged';
}

function messageElement(message) {
  const isUser = message.role === 'user';
  const element = make('article', { class: `message ${isUser ? 'user' : 'bot'}`, 'data-id': message.id, 'aria-label': isUser ? 'You' : 'Bot' },
    make('p', { class: 'text' }, message.text));
  if (isUser && message.id) {
    element.append(make('button', { class: 'edit', type: 'button', title: 'Edit and branch', 'aria-label': 'Edit and branch', onclick: () => edit(element, message) }, pencil()));
  }

  for (const notice of message.notices ?? []) {
    element.append(noticeElement(notice));
  }

  return element;
}

function pencil() {
  return make('svg:svg', { viewBox: '0 0 20 20', 'aria-hidden': 'true' }, make('svg:path', { d: 'M4 16l.8-3.5L13.5 3.8l2.7 2.7L7.5 15.2zM11.5 5.8l2.7 2.7' }));
}

function noticeElement(notice) {
  if (notice.kind !== 'help_resources') {
    return make('p', { class: `notice ${notice.kind}` }, notice.text);
  }

  const [first, ...lines] = notice.text.split('\n').map(line => line.trim()).filter(line => line);
  return make('section', { class: 'help', 'aria-label': 'Where you find help' },
    make('svg:svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, make('svg:path', { d: 'M12 20s-7-4.6-7-10a4 4 0 0 1 7-2.6A4 4 0 0 1 19 10c0 5.4-7 10-7 10z' })),
    make('div', {}, make('h3', {}, 'You are not alone'), make('p', {}, ...linked(first)), lines.length ? make('ul', {}, ...lines.map(line => make('li', {}, ...linked(line)))) : null));
}

// The addresses in the help resources can be followed; everything else stays text.
function linked(text) {
  return text.split(/(https:\/\/[^\s),]+[^\s),.])/).map((part, i) => i % 2 ? make('a', { href: part, target: '_blank', rel: 'noopener noreferrer' }, part) : part);
}

// ---- saying something

at('composer').addEventListener('submit', event => {
  event.preventDefault();
  if (!isLoaded) {
    // Said before the page knew where: it would begin a conversation of its own.
    loading.then(() => at('composer').requestSubmit());
    return;
  }

  const text = input.value.trim();
  if (text && !running) {
    input.value = '';
    grow();
    guarded(() => say(text));
  }
});

input.addEventListener('keydown', event => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    at('composer').requestSubmit();
  }
});
input.addEventListener('input', grow);
at('stop').addEventListener('click', () => running?.abort());

function grow() {
  input.rows = Math.min(6, Math.max(1, input.value.split('\n').length));
}

async function say(text) {
  setRunning(new AbortController());
  try {
    if (!current) {
      const begun = await post('/api/conversations');
      current = await get(`/api/conversations/${begun.id}`);
      history.replaceState(null, '', `#/${current.id}`);
      log.replaceChildren();
    }

    const conversation = current;
    const mine = messageElement({ role: 'user', text, notices: [] });
    const answer = make('article', { class: 'message bot writing', 'aria-label': 'Bot' }, make('p', { class: 'text' }));
    log.append(mine, answer);
    log.setAttribute('aria-busy', 'true');
    keepUp();
    const last = await stream(`/api/conversations/${conversation.id}/messages`, { text }, running.signal, (type, data) => {
      if (type === 'message') {
        answer.firstElementChild.append(data.text);
      } else if (type === 'notice') {
        answer.append(noticeElement(data));
      }

      keepUp();
    });
    if (last !== 'completed' && last !== 'conversation-ended') {
      tell('The answer was cut off.');
    }
  } catch (error) {
    if (error.name !== 'AbortError') {
      // What was not taken can be sent again; what was taken stands in the conversation.
      input.value = error instanceof Refused && error.status < 500 ? text : input.value;
      tell(error.message);
    }
  } finally {
    setRunning(null);
    log.removeAttribute('aria-busy');
  }

  // What was said stands on the server.
  if (current) {
    await show(current.id);
    (current.ending ? at('ended') : input).focus();
  }
}

function keepUp() {
  log.scrollTop = log.scrollHeight;
}

function setRunning(controller) {
  running = controller;
  at('send').hidden = Boolean(controller);
  at('stop').hidden = !controller;
  at('problem').hidden = at('problem').hidden || Boolean(controller);
}

// ---- going back and branching

function edit(element, message) {
  if (running || element.querySelector('form')) {
    return;
  }

  const text = make('textarea', { rows: 2, maxlength: 4000, 'aria-label': 'The changed message' });
  text.value = message.text;
  const close = () => {
    form.remove();
    element.classList.remove('editing');
    element.querySelector('.edit').focus();
  };
  const form = make('form', { class: 'editor', onsubmit: event => {
    event.preventDefault();
    if (text.value.trim()) {
      guarded(() => branch(message.id, text.value.trim()));
    }
  } },
  text,
  make('div', { class: 'actions' },
    make('button', { type: 'button', onclick: close }, 'Cancel'),
    make('button', { class: 'primary', type: 'submit' }, 'Branch from here')));
  form.addEventListener('keydown', event => {
    if (event.key === 'Escape') {
      close();
    }
  });
  element.append(form);
  element.classList.add('editing');
  text.focus();
}

async function branch(messageId, text) {
  const begun = await post(`/api/conversations/${current.id}/branches`, { messageId });
  await show(begun.id);
  await say(text);
}

at('way-edit').addEventListener('click', () => {
  const buttons = log.querySelectorAll('.edit');
  buttons[Math.max(0, buttons.length - 2)]?.focus();
  tell('Choose a message of yours, change it, and a branch begins there.', at('said'));
});

// ---- the conversations

async function list() {
  const listed = await get('/api/conversations');
  const itemsOf = parent => listed.filter(one => (one.parent ?? null) === parent).map(one => {
    const children = itemsOf(one.id);
    return make('li', {},
      make('a', { href: `#/${one.id}`, 'aria-current': one.id === current?.id ? 'page' : null, class: `phase-${one.phase}` },
        make('span', { class: 'title' }, one.title || 'New conversation'),
        one.phase in phaseNames ? make('span', { class: 'tag' }, phaseNames[one.phase]) : null),
      children.length ? make('ul', { 'aria-label': 'Branches' }, ...children) : null);
  });
  at('tree').replaceChildren(...itemsOf(null));
  return listed;
}

for (const id of ['new', 'way-new']) {
  at(id).addEventListener('click', () => guarded(async () => {
    running?.abort();
    showNothing();
    await list();
    closeMenu();
    input.focus();
  }));
}

at('menu').addEventListener('click', () => {
  const isOpen = document.body.classList.toggle('menu-open');
  at('menu').setAttribute('aria-expanded', String(isOpen));
});
at('tree').addEventListener('click', closeMenu);
addEventListener('keydown', event => {
  if (event.key === 'Escape') {
    closeMenu();
  }
});

function closeMenu() {
  document.body.classList.remove('menu-open');
  at('menu').setAttribute('aria-expanded', 'false');
}

// ---- feedback and appeal

const dialog = at('feedback');
at('way-feedback').addEventListener('click', () => openFeedback(true));
at('banner-feedback').addEventListener('click', () => openFeedback(false));
at('feedback-cancel').addEventListener('click', () => dialog.close());
at('appeal').addEventListener('change', () => {
  at('include').disabled = !at('appeal').checked;
  at('include').checked = at('include').checked && at('appeal').checked;
});

function openFeedback(isAppeal) {
  at('feedback-form').reset();
  at('appeal').checked = isAppeal;
  at('include').disabled = !isAppeal;
  dialog.showModal();
}

at('feedback-form').addEventListener('submit', event => {
  event.preventDefault();
  guarded(async () => {
    const comment = at('comment').value;
    const fair = new FormData(at('feedback-form')).get('fair');
    const path = `/api/conversations/${current.id}/guard`;
    if (fair !== null || !at('appeal').checked) {
      await post(`${path}/feedback`, { isFair: fair === null ? null : fair === 'true', comment });
    }

    if (at('appeal').checked) {
      await post(`${path}/appeal`, { comment, includeMessages: at('include').checked });
    }

    dialog.close();
    tell(at('appeal').checked ? 'Thank you. Somebody will look at it again.' : 'Thank you for telling us.', at('said'));
  });
});

// ---- telling

let hiding;

function tell(text, where = at('problem')) {
  where.textContent = text;
  where.hidden = false;
  if (where === at('said')) {
    clearTimeout(hiding);
    hiding = setTimeout(() => { where.hidden = true; }, 6000);
  }
}

async function guarded(work) {
  try {
    at('problem').hidden = true;
    await work();
  } catch (error) {
    dialog.close();
    tell(error instanceof Refused ? error.message : 'The server cannot be reached. Try again.');
  }
}
