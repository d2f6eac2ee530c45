import pg from 'pg';

/** Hears what is told on some channels of a database. What is told while the connection is down is missed: readers look by themselves too. */
export interface Listener {
  on(channel: string, hear: (message: string) => void): () => void;
  close(): Promise<void>;
}

const RECONNECT_MS = 1_000;

export function listen(address: URL, channels: readonly string[]): Listener {
  const ears = new Set<{ readonly channel: string; hear(message: string): void }>();
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let connecting: Promise<void> = Promise.resolve();

  const again = () => {
    client = undefined;
    if (!closed) timer = setTimeout(connect, RECONNECT_MS);
  };
  const connect = () => {
    connecting = open().catch(again);
  };
  const open = async () => {
    const opened = new pg.Client({ connectionString: address.href, keepAlive: true, connectionTimeoutMillis: 2_000 });
    opened.on('error', () => void opened.end().catch(() => undefined));
    opened.on('notification', ({ channel, payload = '' }) => {
      for (const ear of ears) if (ear.channel === channel) ear.hear(payload);
    });
    await opened.connect();
    opened.once('end', again);
    for (const channel of channels) await opened.query(`LISTEN ${channel}`);
    client = opened;
  };
  connect();
  return {
    on(channel, hear) {
      const ear = { channel, hear };
      ears.add(ear);
      return () => ears.delete(ear);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await connecting;
      await client?.end().catch(() => undefined);
    },
  };
}
