import SqliteConnection from 'better-sqlite3';
import pg from 'pg';

/** Keeps a user of the database at `url` from being written by anybody else until what it returns is called. */
export async function holdUser(url: string, id: string): Promise<() => Promise<void>> {
  if (url.startsWith('sqlite:')) {
    const other = new SqliteConnection(url.slice('sqlite:'.length));
    other.exec('BEGIN IMMEDIATE');
    return async () => {
      other.exec('ROLLBACK');
      other.close();
    };
  }
  const other = new pg.Client(url);
  await other.connect();
  await other.query('BEGIN');
  await other.query('/* behind the service */ select 1 from users where id = $1 for update', [id]);
  return async () => {
    await other.query('ROLLBACK');
    await other.end();
  };
}
