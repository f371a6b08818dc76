import { request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';

/** An answer as it came, without any reading of it. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** What to send; `chunks` go one by one, without a content length. */
export interface RawRequest {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly chunks?: readonly Buffer[];
}

/** Sends a request as it is, whatever a client library would make of it. A server that stops reading is no failure. */
export function sendRaw(url: string, { method, headers = {}, chunks = [] }: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let answered = false;
    const outgoing = request(url, { method, headers, agent: false }, (incoming) => {
      answered = true;
      const parts: Buffer[] = [];
      incoming.on('data', (part: Buffer) => parts.push(part));
      incoming.on('close', () => {
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text: Buffer.concat(parts).toString() });
      });
    });
    outgoing.on('error', (error) => {
      if (!answered) reject(error);
    });
    for (const chunk of chunks) outgoing.write(chunk);
    outgoing.end();
  });
}

/** Writes bytes to the port of a server and returns all that comes back until it closes the connection. */
export function sendBytes(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setEncoding('utf8').on('data', (part: string) => (received += part));
    socket.on('error', reject).on('close', () => resolve(received));
  });
}
