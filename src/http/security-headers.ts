import type { RequestHandler } from 'express';

// What is answered is data: nothing of it is meant to be rendered, framed, cached or read by another origin.
const headers = [
  ['Cache-Control', 'no-store'],
  ['X-Content-Type-Options', 'nosniff'],
  ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
] as const;

// A year: long enough for a browser to keep it between visits.
const onlyTls = ['Strict-Transport-Security', 'max-age=31536000'] as const;

/** Sets the headers that every answer has; a page for people replaces the policy by its own. `isTls`: whoever asks does so over TLS. */
export function securityHeaders(isTls: boolean): RequestHandler {
  const all = isTls ? [...headers, onlyTls] : headers;
  return (_request, response, next) => {
    for (const [name, value] of all) response.setHeader(name, value);
    next();
  };
}
