import { createServer } from 'node:http';
import process from 'node:process';
import pg from 'pg';

/** The floor of anything on PostgreSQL: node:http and one read by primary key, prepared. */
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 10 });
const find = { name: 'find', text: 'select document from users where client_id = $1 and id = $2' };

createServer((request, response) => {
  const [, clientId, id] = (request.url ?? '').split('/');
  pool.query({ ...find, values: [clientId, id] }, (error, result) => {
    if (error !== undefined && error !== null) throw error;
    response.setHeader('Content-Type', 'application/json').end(result.rows[0].document);
  });
}).listen(Number(process.env['PORT']), '127.0.0.1');
