// Loaded into the browser client (node --require): it listens on this machine only, answers to this machine's own
// names only, and ends when the bot that started it has ended, however it did.
'use strict';

const http = require('http');
const net = require('net');

const BOT = Number(process.env.CRIEUR_PID);
const LOOK = 500; // milliseconds between two looks whether the bot is still there
const HERE = new Set(['localhost', '127.0.0.1', '[::1]']);

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (first, ...rest) {
  const done = rest.filter((argument) => typeof argument === 'function');
  if (first !== null && typeof first === 'object') {
    if (first.path !== undefined || first.port === undefined) return listen.call(this, first, ...rest);
    return listen.call(this, { ...first, host: '127.0.0.1' }, ...rest);
  }
  if (typeof first === 'string' && !/^\d+$/.test(first)) return listen.call(this, first, ...rest); // a pipe
  const port = typeof first === 'function' ? 0 : Number(first || 0);
  return listen.call(this, { port, host: '127.0.0.1' }, ...(typeof first === 'function' ? [first] : done));
};

const emit = http.Server.prototype.emit;
http.Server.prototype.emit = function (event, request, answer) {
  if ((event === 'request' || event === 'upgrade') && !HERE.has(nameIn(request.headers.host))) {
    if (event === 'request') answer.writeHead(403).end();
    else answer.destroy();
    return true;
  }
  return emit.apply(this, arguments);
};

function nameIn(host) {
  return String(host || '').toLowerCase().replace(/:\d+$/, '');
}

if (BOT) {
  setInterval(() => {
    try {
      process.kill(BOT, 0);
    } catch (error) {
      if (error.code === 'ESRCH') process.exit(0);
    }
  }, LOOK).unref();
}
