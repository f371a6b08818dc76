import { IncomingMessage, ServerResponse } from 'node:http';
import type { Express } from 'express';

/** The classes of the messages of a server. */
export interface MessageClasses {
  readonly IncomingMessage: typeof IncomingMessage;
  readonly ServerResponse: typeof ServerResponse;
}

/** Makes classes for the messages of one server, to be given to `createServer` and to `adoptMessages`. */
export function messageClasses(): MessageClasses {
  return {
    IncomingMessage: class MusterRequest extends IncomingMessage {},
    ServerResponse: class MusterResponse<Request extends IncomingMessage> extends ServerResponse<Request> {},
  };
}

/**
 * Lets the messages of a server have the prototypes of the application from the start. Express would change the prototype of
 * each as it comes, and the engine forgets all that it knows of an object whose prototype changes: four fifths of what a
 * request costs on bare express is that.
 */
export function adoptMessages(app: Express, { IncomingMessage, ServerResponse }: MessageClasses): void {
  Object.setPrototypeOf(IncomingMessage.prototype, app.request);
  Object.setPrototypeOf(ServerResponse.prototype, app.response);
  // The classes now have what express asks of a request and a response.
  Object.assign(app, { request: IncomingMessage.prototype, response: ServerResponse.prototype });
}
