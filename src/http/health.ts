import type { IRouter } from 'express';
import type { Database } from '../store/database/connection.js';

/** `/livez`: the process answers. `/readyz`: it can use its database. Neither needs a token nor tells anything else. */
export function healthRoutes(router: IRouter, database: Database): void {
  router.get('/livez', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    await database.ping();
    response.json({ status: 'ok' });
  });
}
