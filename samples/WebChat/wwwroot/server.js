// What both pages ask of the server.

let session;

export async function open() {
  session = await get('/api/session');
  return session;
}

export class Refused extends Error {
  constructor(status, detail) {
    super(detail ?? 'Something went wrong. Try again.');
    this.status = status;
  }
}

export async function get(path) {
  return (await checked(await fetch(path, { headers: { accept: 'application/json' } }))).json();
}

export async function post(path, body) {
  return (await send(path, body)).json();
}

// Posts, and hands over each event of the answer as it comes. Returns the type of the last one: an answer without a terminal event was cut off.
export async function stream(path, body, signal, onEvent) {
  const response = await send(path, body, signal);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  let last = null;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return last;
    }

    text += value;
    const blocks = text.split('\n\n');
    text = blocks.pop();
    for (const block of blocks) {
      const lines = block.split('\n');
      last = lines.find(line => line.startsWith('event: '))?.slice(7) ?? 'message';
      onEvent(last, JSON.parse(lines.filter(line => line.startsWith('data: ')).map(line => line.slice(6)).join('\n')));
    }
  }
}

async function send(path, body, signal) {
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'x-csrf-token': session.token };
  return checked(await fetch(path, { method: 'POST', headers, body: JSON.stringify(body ?? {}), signal }));
}

async function checked(response) {
  if (response.ok) {
    return response;
  }

  const problem = await response.json().catch(() => ({}));
  throw new Refused(response.status, problem.detail);
}

// Makes an element. Text only ever goes in as text.
export function make(name, attributes = {}, ...children) {
  const element = name.startsWith('svg:')
    ? document.createElementNS('http://www.w3.org/2000/svg', name.slice(4))
    : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) {
      element.addEventListener(key.slice(2), value);
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(key, value === true ? '' : value);
    }
  }

  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}
