import type { Request, RequestHandler } from 'express';
import { RequestError } from '../errors.js';
import { checkedText } from '../protocol/read-json.js';
import { authenticateAgain } from './authenticate.js';
import { giveWay } from './large-body.js';
import { keepBytes, takeTurn } from './traffic.js';

/** The largest body in bytes; ServiceProviderConfig says so for bulk. */
export const maxBodyBytes = 1_048_576;

// Requests with these methods have no body that means anything.
const bodiless = ['GET', 'HEAD', 'DELETE', 'OPTIONS'];

const jsonType = /^application\/(scim\+)?json$/i;

/**
 * Reads the JSON body of a request that has one into `request.body`, and waits for its turn. Throws 413, 415 and `invalidSyntax`,
 * 401 for a token that was valid when the request began and is no more, because its body and the wait took their time, and
 * 503 when there is no room.
 */
export const readBody: RequestHandler = async (request, _response, next) => {
  if (bodiless.includes(request.method)) {
    const waiting = takeTurn(request);
    if (waiting !== undefined) {
      await waiting;
      await authenticateAgain(request);
    }
    next();
    return;
  }
  request.body = await bodyOf(request);
  await takeTurn(request);
  await authenticateAgain(request);
  await giveWay(request);
  next();
};

/** The JSON body of a request. Throws 413, 415 and `invalidSyntax`. */
export async function bodyOf(request: Request): Promise<unknown> {
  requireJson(request.headers['content-type']);
  requirePlain(request.headers['content-encoding']);
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge();
  const bytes = await bytesOf(request);
  // Those of others may have ended in the same turn.
  await giveWay(request);
  const text = checkedText(bytes);
  await giveWay(request);
  const body: unknown = JSON.parse(text);
  await giveWay(request);
  return body;
}

function requirePlain(encoding: string | undefined): void {
  if (encoding === undefined || /^\s*(identity)?\s*$/i.test(encoding)) return;
  throw new RequestError(415, 'the body must not be compressed', { headers: { 'Accept-Encoding': 'identity' } });
}

function requireJson(contentType: string | undefined): void {
  const [type = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim());
  const utf8 = parameters.every(
    (parameter) => !/^charset=/i.test(parameter) || /^charset="?utf-?8"?$/i.test(parameter),
  );
  if (jsonType.test(type) && utf8) return;
  throw new RequestError(415, 'the body must be application/scim+json or application/json in UTF-8');
}

async function bytesOf(request: Request): Promise<Buffer> {
  try {
    return await readBytes(request);
  } catch (error) {
    if (error instanceof RequestError) throw error;
    // Nobody reads this answer, but the log shall not take a client that hung up for a bug.
    throw new RequestError(400, 'the body ended too early', { scimType: 'invalidSyntax', cause: error });
  }
}

async function readBytes(request: Request): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    // Without an encoding a request yields buffers.
    const bytes = chunk as Buffer;
    length += bytes.length;
    if (length > maxBodyBytes) throw tooLarge();
    keepBytes(request, bytes.length);
    chunks.push(bytes);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

function tooLarge(): RequestError {
  // The rest of the body is not read, so the connection cannot be used again.
  return new RequestError(413, `the body is larger than ${maxBodyBytes} bytes`, { headers: { Connection: 'close' } });
}
