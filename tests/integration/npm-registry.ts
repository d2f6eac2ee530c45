import { createHash } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FakeEntry, tarball } from '../../src/template/sources/npm/fake-tarball.ts';

/** A registry of one package on the loopback, as npm asks it: a packument, and tarballs. */
export class NpmRegistry {
  readonly #server: Server;
  readonly #versions = new Map<string, Buffer>();
  readonly #package: string;
  /** Paths that were asked for. */
  readonly asked: string[] = [];
  /** The `latest` tag; the version published last where it is undefined. */
  latest: string | undefined;

  constructor(name: string) {
    this.#package = name;
    this.#server = createServer((request, response) => this.#answer(request.url ?? '', response));
  }

  async start(): Promise<void> {
    await new Promise<void>((ready) => this.#server.listen(0, '127.0.0.1', ready));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  publish(version: string, entries: readonly FakeEntry[], about: object = {}): void {
    this.#versions.set(version, Buffer.from(tarball(entries, { name: this.#package, version, ...about })));
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  #answer(path: string, response: ServerResponse): void {
    this.asked.push(path);
    const version = /\/-\/(.+)\.tgz$/.exec(path)?.[1];
    const packed = version === undefined ? undefined : this.#versions.get(version);
    if (packed) response.setHeader('content-type', 'application/octet-stream').end(packed);
    else if (decodeURIComponent(path) === `/${this.#package}`)
      response.setHeader('content-type', 'application/json').end(this.#packument());
    else response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not found"}');
  }

  #packument(): string {
    const versions = [...this.#versions].map(([version, packed]) => {
      const integrity = `sha512-${createHash('sha512').update(packed).digest('base64')}`;
      const dist = { integrity, tarball: `${this.url}${this.#package}/-/${version}.tgz` };
      return [version, { name: this.#package, version, dist }];
    });
    const latest = this.latest ?? [...this.#versions.keys()].at(-1);
    return JSON.stringify({ name: this.#package, 'dist-tags': { latest }, versions: Object.fromEntries(versions) });
  }
}
