// Runs in a pod: so many requests a second over connections that are kept, a tenth of them slow, and a line of JSON about those that were lost.
import { Agent, request } from 'node:http';

const { SECONDS, PER_SECOND, FAST_URL, FAST_BODY, SLOW_URL } = process.env;
const agent = new Agent({ keepAlive: true });
const count = Number(SECONDS) * Number(PER_SECOND);
const lost = [];
let answered = 0;

function ask(number) {
  const slow = number % 10 === 0;
  const began = Date.now();
  const lose = (why) => lost.push({ number, slow, at: new Date(began).toISOString(), ms: Date.now() - began, why });
  const options = slow ? {} : { method: 'POST', headers: { 'content-type': 'application/json' } };
  return new Promise((resolve) => {
    const call = request(slow ? SLOW_URL : FAST_URL, { ...options, agent, timeout: 20_000 }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('error', (error) => resolve(lose(`${error.code} within the answer`)));
      response.on('end', () => {
        if (response.statusCode >= 300) lose(`${response.statusCode} ${body}`);
        else answered += 1;
        resolve();
      });
    });
    call.on('timeout', () => call.destroy(Object.assign(new Error(), { code: 'no answer in time' })));
    call.on('error', (error) => resolve(lose(error.code ?? error.message)));
    call.end(slow ? undefined : FAST_BODY);
  });
}

console.log('begun');
const began = Date.now();
const asked = [];
for (let number = 0; number < count; number += 1) {
  const due = began + (number * 1_000) / Number(PER_SECOND);
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - Date.now())));
  asked.push(ask(number));
}
await Promise.all(asked);
console.log(JSON.stringify({ asked: asked.length, answered, seconds: (Date.now() - began) / 1_000, lost }));
agent.destroy();
