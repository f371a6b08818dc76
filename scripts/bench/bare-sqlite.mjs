import { createServer } from 'node:http';
import process from 'node:process';
import Database from 'better-sqlite3';

/** The floor of anything on SQLite: node:http and one read by primary key. */
const database = new Database(process.env['DATABASE_PATH'], { readonly: true });
const find = database.prepare('select document from users where client_id = ? and id = ?').pluck();

createServer((request, response) => {
  const [, clientId, id] = (request.url ?? '').split('/');
  response.setHeader('Content-Type', 'application/json').end(find.get(clientId, id));
}).listen(Number(process.env['PORT']), '127.0.0.1');
