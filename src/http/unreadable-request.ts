import { randomUUID } from 'node:crypto';
import { ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { RequestError } from '../errors.js';
import { scimError } from './error-response.js';

const errors: Readonly<Record<string, RequestError>> = {
  HPE_HEADER_OVERFLOW: new RequestError(431, 'the request line and the headers are too long'),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: new RequestError(413, 'the chunk extensions are too long'),
  ERR_HTTP_REQUEST_TIMEOUT: new RequestError(408, 'the request took too long'),
};
const malformed = new RequestError(400, 'the message is not HTTP/1.1', { scimType: 'invalidSyntax' });

/** Answers what cannot be read as a request, and closes the connection: no handler of ours ever sees it (RFC 9112 §3). */
export function answerUnreadable(error: Error & { readonly code?: string }, socket: Duplex): void {
  // Node keeps the answer that is being written on this connection there; it must not be mixed with another one.
  const current: unknown = Reflect.get(socket, '_httpMessage');
  if (!socket.writable || error.code === 'ECONNRESET' || (current instanceof ServerResponse && current.headersSent)) {
    socket.destroy();
    return;
  }
  const answer = errors[error.code ?? ''] ?? malformed;
  const body = JSON.stringify(scimError(answer));
  const head = [
    `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}`,
    'Content-Type: application/scim+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${randomUUID()}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
