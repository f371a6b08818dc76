import { callbackify } from 'node:util';
import type { Request, RequestHandler, Response } from 'express';
import passport from 'passport';
import { Strategy } from 'passport-http-bearer';
import { authenticateToken, type AuthenticatedToken } from '../directory/tokens/authenticate.js';
import type { DirectoryContext } from '../directory/context.js';
import { invalidToken, RequestError } from '../errors.js';

/**
 * What the strategy may see: the header alone, because it would take a token from the query or the body too.
 * Okta's header mode sends the token without a scheme.
 */
function headerAlone(authorization: string | undefined): object {
  if (authorization === undefined) return { headers: {} };
  const credentials = authorization.trim();
  return {
    headers: { authorization: isBare(credentials) ? `Bearer ${credentials}` : credentials.replace(/\s+/, ' ') },
  };
}

/** Whether a token stands there without a scheme, which RFC 7235 §2.1 does not allow. */
function isBare(credentials: string): boolean {
  return !/\s/.test(credentials);
}

function unauthorized(given: boolean): RequestError {
  if (given) return invalidToken();
  return new RequestError(401, 'a bearer token is needed', {
    headers: { 'WWW-Authenticate': 'Bearer realm="muster"' },
  });
}

/** Asks passport's bearer strategy for the token of a request. What it gives throws 401. */
export function bearerVerifier(context: DirectoryContext): (request: Request) => Promise<AuthenticatedToken> {
  const authenticator = new passport.Passport();
  const verify = async (text: string) => (await authenticateToken(context, text)) ?? false;
  authenticator.use(new Strategy(callbackify(verify)));
  return ({ headers: { authorization }, res }) =>
    new Promise<AuthenticatedToken>((resolve, reject) => {
      const decide = (error: unknown, token: AuthenticatedToken | false | undefined) => {
        if (error !== null && error !== undefined) return reject(error);
        const given = authorization !== undefined;
        if (token === false || token === undefined) return reject(unauthorized(given));
        if (given && token.dialect === 'strict' && isBare(authorization.trim())) return reject(unauthorized(given));
        resolve(token);
      };
      // passport is typed loosely: its callback gets what the strategy's `done` was given, and with a callback it leaves the answer alone.
      const middleware = authenticator.authenticate('bearer', { session: false }, decide) as RequestHandler;
      middleware(headerAlone(authorization) as Request, res as Response, reject);
    });
}
