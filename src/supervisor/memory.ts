import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readState, writeState } from './state-file.ts';

/** What the workspace's local system remembers from one run to the next. */
interface Remembered {
  /** The address of each service, by name. */
  readonly ports: Readonly<Record<string, number>>;
  readonly databasePort?: number;
  /** Of each service's own database role. */
  readonly passwords: Readonly<Record<string, string>>;
  /** Digest of the files that each service was last deployed from. */
  readonly deployed: Readonly<Record<string, string>>;
}

export interface Memory {
  get(): Remembered;
  setPort(service: string, port: number): void;
  setDatabasePort(port: number): void;
  setDeployed(service: string, digest: string): void;
  /** The password of a service's database role, made up the first time. */
  password(service: string): string;
  /** All that must never be shown. */
  secrets(): readonly string[];
}

/** Reads and keeps `system.json` in the workspace's state folder. */
export function openMemory(folder: string): Memory {
  const path = join(folder, 'system.json');
  let remembered: Remembered = { ports: {}, passwords: {}, deployed: {}, ...readState<Partial<Remembered>>(path) };
  const change = (part: Partial<Remembered>) => {
    remembered = { ...remembered, ...part };
    writeState(path, remembered, { durable: true });
  };
  return {
    get: () => remembered,
    setPort: (service, port) => change({ ports: { ...remembered.ports, [service]: port } }),
    setDatabasePort: (databasePort) => change({ databasePort }),
    setDeployed: (service, digest) => change({ deployed: { ...remembered.deployed, [service]: digest } }),
    password(service) {
      const known = remembered.passwords[service];
      if (known !== undefined) return known;
      const made = randomBytes(18).toString('base64url');
      change({ passwords: { ...remembered.passwords, [service]: made } });
      return made;
    },
    secrets: () => Object.values(remembered.passwords),
  };
}
