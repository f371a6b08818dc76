/** The page that shows the API; everything it needs comes from the folder `docs/` beside it. */
export const docsPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Muster companion API</title>
    <link rel="icon" type="image/png" href="docs/favicon-32x32.png" />
    <link rel="stylesheet" href="docs/swagger-ui.css" />
  </head>
  <body>
    <main id="api"><noscript>The description of the API is at <a href="v1/openapi.json">v1/openapi.json</a>.</noscript></main>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/init.js"></script>
  </body>
</html>
`;

/** Starts the page. `validatorUrl: null`, or it would ask an outside host whether the document is valid. */
export const docsScript = `window.ui = SwaggerUIBundle({
  url: 'v1/openapi.json',
  dom_id: '#api',
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
  docExpansion: 'list',
  operationsSorter: 'alpha',
  tagsSorter: 'alpha',
});
`;
