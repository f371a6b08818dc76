import express from 'express';
import process from 'node:process';

/** The floor of anything on express 5: one route, one kilobyte of JSON. */
const body = { id: 'x'.repeat(36), text: 'y'.repeat(955) };
const app = express();
app.get('/', (_request, response) => {
  response.json(body);
});
app.listen(Number(process.env['PORT']), '127.0.0.1');
