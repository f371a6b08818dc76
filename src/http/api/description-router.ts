import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Router, type RequestHandler } from 'express';
import { docsPage, docsScript } from './docs-page.js';
import { describeApi } from './openapi.js';
import { routeTable } from './route-table.js';

const assets = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];
const assetsFolder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

// Everything comes from here, nothing stands inline; the images are those inside the style sheet.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const docsHeaders: RequestHandler = (_request, response, next) => {
  response.setHeader('Content-Security-Policy', policy);
  response.setHeader('Referrer-Policy', 'no-referrer');
  next();
};

/** What needs no token below `/api`: the description of the API at `/v1/openapi.json` and, for people, `/docs`. */
export function descriptionRouter(publicUrl: string): Router {
  // Made when somebody first asks: to make it takes longer than all else at the start of a server.
  let description: Promise<Buffer> | undefined;
  const router = Router({ strict: true });
  router.get('/v1/openapi.json', async (_request, response) => {
    description ??= describe(publicUrl);
    response.type('application/json').send(await description);
  });
  router.use('/docs', docsHeaders);
  // Without the slash at the end, so that the page finds its parts beside it.
  router.get('/docs', (_request, response) => {
    response.type('html').send(docsPage);
  });
  router.get('/docs/', (_request, response) => {
    response.redirect(308, '../docs');
  });
  router.get('/docs/init.js', (_request, response) => {
    response.type('text/javascript').send(docsScript);
  });
  for (const name of assets) {
    router.get(`/docs/${name}`, (_request, response, next) => {
      response.sendFile(join(assetsFolder, name), { cacheControl: false, dotfiles: 'allow' }, next);
    });
  }
  return router;
}

async function describe(publicUrl: string): Promise<Buffer> {
  return Buffer.from(JSON.stringify(await describeApi(routeTable, `${publicUrl}/api/v1`)));
}
