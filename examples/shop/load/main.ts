import { parseArgs } from 'node:util';
import { openLoop } from './open-loop.ts';
import { reportOf, tableOf } from './report.ts';
import { type Buyer, visit } from './session.ts';
import { addresses, buyers, stockUp } from './shop.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) {
  console.log('npm run load -- [--rate 5] [--seconds 20] [--json]\nBuyers who come to the running shop at this rate, whatever becomes of those before them.');
} else {
  await run({ rate: positive('rate'), seconds: positive('seconds') });
}

async function run(plan: { readonly rate: number; readonly seconds: number }): Promise<void> {
  const shop = addresses();
  console.error('Stocking the shop, and opening accounts …');
  await stockUp(shop, 10);
  const people = await buyers(shop, Math.min(20, Math.ceil(plan.rate)));
  console.error(`${plan.rate} sessions a second, for ${plan.seconds} seconds …`);
  const samples = await openLoop(plan, (beganAt, number) => visit(shop['gateway'] ?? '', people[number % people.length] as Buyer, beganAt));
  const report = reportOf(samples);
  console.log(values.json ? JSON.stringify(report) : tableOf(report));
}

function positive(name: 'rate' | 'seconds'): number {
  const number = Number(values[name]);
  if (number > 0) return number;
  throw new Error(`--${name} is ${values[name]}: it is a number above 0`);
}
