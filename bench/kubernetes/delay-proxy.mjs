/** Stands before a server and lets everything through later: delay-proxy.mjs <host> <port> <milliseconds there and back>. Prints its port. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const [, , host, port, milliseconds] = process.argv;
const oneWay = Number(milliseconds) / 2;

const server = createServer({ noDelay: true }, (client) => {
  const upstream = connect({ host, port: Number(port), noDelay: true });
  late(client, upstream);
  late(upstream, client);
});
await once(server.listen(0, '127.0.0.1'), 'listening');
console.log(server.address().port);

/** What comes is passed on in its order, each piece after the same time: it delays, and does not slow down. */
function late(from, to) {
  from.on('data', (piece) => setTimeout(() => to.write(piece), oneWay));
  from.on('end', () => setTimeout(() => to.end(), oneWay));
  from.on('error', () => to.destroy());
  from.on('close', () => setTimeout(() => to.destroy(), oneWay));
}
