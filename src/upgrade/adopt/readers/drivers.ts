import { evidence, type Reader } from '../evidence.ts';

/** Drivers of PostgreSQL as the build files of other languages name them. */
const DRIVER =
  /\b(org\.postgresql|r2dbc-postgresql|github\.com\/lib\/pq|github\.com\/jackc\/pgx|psycopg2?(-binary)?|psycopg\[|asyncpg|tokio-postgres|Npgsql)\b/;

/** The build files of other languages than JavaScript, looked through for a database. */
export const driverReader: Reader = {
  files: ['go.mod', 'pom.xml', 'build.gradle', 'build.gradle.kts', 'requirements.txt', 'pyproject.toml', 'Cargo.toml'],
  of: 'service',
  read(text, file) {
    const lines = text.split(/\r?\n/);
    const line = lines.findIndex((each) => DRIVER.test(each) && !/^\s*(#|\/\/)/.test(each));
    return line < 0 ? [] : evidence('database', 'postgres', `${file}:${line + 1}`);
  },
};
