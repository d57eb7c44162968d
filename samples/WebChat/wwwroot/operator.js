// The operator's view: what the guard does, as it does it. No text of any message comes here, but what somebody sent with an appeal.

import { get, make, open, post } from './server.js';

const at = id => document.getElementById(id);

const names = {
  turn: 'Turns',
  redirection: 'Redirections',
  warning: 'Warnings',
  end: 'Ends',
  recovery: 'Recoveries',
  crisis: 'Crisis signals',
  appeal: 'Appeals',
  reinstatement: 'Reinstated',
  feedback: 'Feedback',
  refusal: 'Refused calls',
  failure: 'Failures',
};
const phases = { engaged: ['Engaged', 'engaged'], redirecting: ['Redirecting', 'redirection'], warned: ['Warned', 'warning'], ended: ['Ended', 'end'] };

let appealsKnown = -1;

start();

async function start() {
  try {
    const session = await open();
    if (!session.isOperator) {
      throw new Error('This view is for whoever runs the bot: on this machine, with "OperatorsAreLocal" set.');
    }

    const source = new EventSource('/api/operator/live');
    source.addEventListener('message', event => show(JSON.parse(event.data)));
    source.addEventListener('open', () => live('live', false));
    source.addEventListener('error', () => live('connection lost, trying again', true));
  } catch (error) {
    live('not connected', true);
    tell(error.message);
  }
}

function live(text, isLost) {
  at('live').textContent = text;
  at('live').classList.toggle('lost', isLost);
}

function show(picture) {
  const numbers = { ...picture.totals };
  const shown = ['turn', 'redirection', 'warning', 'end', 'recovery', 'crisis', 'appeal', 'reinstatement', 'feedback', 'refusal', 'failure'];
  at('numbers').replaceChildren(
    number('Holds now', picture.crisisHolds, 'crisis'),
    ...shown.filter(kind => numbers[kind] > 0 || !['feedback', 'reinstatement', 'refusal', 'failure'].includes(kind)).map(kind => number(kind === 'crisis' ? 'Crises' : names[kind], numbers[kind], kind)));
  at('phases').replaceChildren(phasePlot(picture.phases));
  at('timeline').replaceChildren(timelinePlot(picture));
  at('legend').replaceChildren(...picture.kinds.map(kind => make('li', { class: `s-${kind}` }, names[kind])));
  at('recent').replaceChildren(...picture.recent.map(row));
  const appeals = numbers.appeal + numbers.reinstatement;
  if (appeals !== appealsKnown) {
    appealsKnown = appeals;
    showAppeals();
  }
}

function number(name, value, kind) {
  return make('div', { class: `number s-${kind}` }, make('dt', {}, name), make('dd', {}, String(value)));
}

function row(happened) {
  return make('tr', {},
    make('td', { class: 'time' }, new Date(happened.at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' })),
    make('td', {}, make('span', { class: `dot s-${happened.kind}`, 'aria-hidden': 'true' }), names[happened.kind].replace(/s$/, '')),
    make('td', {}, happened.detail ?? ''),
    make('td', {}, happened.conversation ? `…${happened.conversation}` : ''));
}

// A bar for each phase, with its number: colour says nothing that the words don't.
function phasePlot(counts) {
  const entries = Object.entries(phases);
  const most = Math.max(1, ...entries.map(([phase]) => counts[phase]));
  const width = 460, left = 90, step = 34;
  const summary = entries.map(([phase, [name]]) => `${name}: ${counts[phase]}`).join(', ');
  return make('svg:svg', { class: 'plot', viewBox: `0 0 ${width} ${entries.length * step}`, role: 'img', 'aria-label': summary },
    ...entries.flatMap(([phase, [name, series]], i) => {
      const y = i * step + 6;
      const length = Math.round((width - left - 40) * counts[phase] / most);
      return [
        make('svg:text', { x: 0, y: y + 15 }, name),
        make('svg:rect', { class: 'track', x: left, y, width: width - left - 40, height: 22, rx: 5 }),
        make('svg:rect', { class: `s-${series}`, x: left, y, width: length, height: 22, rx: 5 }),
        make('svg:text', { class: 'value', x: width - 32, y: y + 15 }, String(counts[phase])),
      ];
    }));
}

// Stacked columns, one for each minute.
function timelinePlot({ kinds, timeline }) {
  const width = 460, height = 136, bottom = 18, left = 24;
  const most = Math.max(4, ...timeline.map(minute => minute.reduce((sum, count) => sum + count, 0)));
  const step = (width - left) / timeline.length;
  const unit = (height - bottom - 6) / most;
  const totals = kinds.map((kind, i) => `${names[kind]}: ${timeline.reduce((sum, minute) => sum + minute[i], 0)}`).join(', ');
  const columns = timeline.flatMap((minute, x) => {
    let y = height - bottom;
    return minute.map((count, i) => {
      y -= count * unit;
      return count === 0 ? null : make('svg:rect', { class: `s-${kinds[i]}`, x: left + x * step + 1.5, y: y + .5, width: step - 3, height: Math.max(1, count * unit - 1), rx: 2 });
    });
  });
  return make('svg:svg', { class: 'plot', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `In the last ${timeline.length} minutes: ${totals}` },
    make('svg:line', { class: 'axis', x1: left, y1: height - bottom, x2: width, y2: height - bottom }),
    make('svg:line', { class: 'axis', x1: left, y1: height - bottom - most * unit, x2: width, y2: height - bottom - most * unit }),
    make('svg:text', { x: 0, y: height - bottom + 4 }, '0'),
    make('svg:text', { x: 0, y: height - bottom - most * unit + 4 }, String(most)),
    make('svg:text', { x: left, y: height - 2 }, `${timeline.length} min ago`),
    make('svg:text', { x: width, y: height - 2, 'text-anchor': 'end' }, 'now'),
    ...columns);
}

// ---- appeals

async function showAppeals() {
  const appeals = await get('/api/operator/appeals');
  at('appeals').replaceChildren(...(appeals.length ? appeals.map(appeal) : [make('p', { class: 'empty' }, 'None.')]));
}

function appeal(one) {
  const grant = make('button', { class: 'primary', type: 'button', onclick: async () => {
    try {
      await post(`/api/conversations/${one.conversationKey}/guard/reinstate`, { appealId: one.id });
      await showAppeals();
    } catch (error) {
      tell(error.message);
    }
  } }, 'Grant: let it go on');
  return make('article', { class: 'appeal' },
    make('p', { class: 'about' }, `${one.phase}${one.reason ? `, ${one.reason}` : ''}${one.category ? `, ${one.category}` : ''} · …${one.conversationKey.slice(-6)} · ${new Date(one.at).toLocaleString()}`),
    make('p', { class: 'said' }, one.comment ?? '(no comment)'),
    one.messages.length
      ? make('details', {}, make('summary', {}, `The ${one.messages.length} messages that were sent with it`), ...one.messages.map(message => make('p', {}, make('strong', {}, `${message.role}: `), message.content)))
      : make('p', { class: 'about' }, 'The messages were not sent with it.'),
    grant);
}

function tell(text) {
  at('problem').textContent = text;
  at('problem').hidden = false;
}
