import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket, type MessageEvent } from 'undici';
import { removeTemporaryFolder, temporaryFolder } from './temporary-folder.js';

/** What a browser did to show a page. */
export interface PageVisit {
  /** Every address that it asked for. */
  readonly requests: readonly string[];
  /** What it complained of: errors, and whatever the Content-Security-Policy kept it from. */
  readonly complaints: readonly string[];
  /** What the expression gave. */
  readonly result: unknown;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** A Chromium: the one that `CHROME_PATH` names, or else one on the PATH. */
export function findBrowser(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return [process.env['CHROME_PATH'] ?? '', ...candidates].find((path) => path !== '' && isProgram(path));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Opens a page in a new browser, waits until the expression gives something other than null, and closes the browser. */
export async function visitPage(browser: string, url: string, expression: string): Promise<PageVisit> {
  const folder = await temporaryFolder();
  const child = startBrowser(browser, folder);
  try {
    const session = await Session.open(await addressOf(child));
    return await session.visit(url, expression);
  } finally {
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
    await removeTemporaryFolder(folder);
  }
}

function startBrowser(browser: string, folder: string): ChildProcess {
  // As root Chromium has no sandbox; the page it shows is our own.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const quiet = [
    '--headless',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-dev-shm-usage',
  ];
  const args = [...quiet, ...sandbox, '--remote-debugging-port=0', `--user-data-dir=${folder}`, 'about:blank'];
  return spawn(browser, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

async function addressOf(child: ChildProcess): Promise<string> {
  if (child.stderr === null) throw new Error('the browser has no standard error');
  for await (const line of createInterface({ input: child.stderr })) {
    const [, address] = /^DevTools listening on (ws:\S+)$/.exec(line) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error('the browser ended before it could be spoken to');
}

/** One tab, spoken to over the DevTools protocol. */
class Session {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #requests: string[] = [];
  readonly #complaints: string[] = [];
  #sessionId: string | undefined;
  #last = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', (event: MessageEvent<string>) => this.#receive(event.data));
  }

  static async open(address: string): Promise<Session> {
    const socket = new WebSocket(address);
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve());
      socket.addEventListener('error', () => reject(new Error('the browser cannot be spoken to')));
    });
    return new Session(socket);
  }

  async visit(url: string, expression: string): Promise<PageVisit> {
    const { targetId } = await this.#send<{ targetId: string }>('Target.createTarget', { url: 'about:blank' });
    const attached = await this.#send<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true });
    this.#sessionId = attached.sessionId;
    for (const domain of ['Network', 'Log', 'Runtime', 'Page']) await this.#send(`${domain}.enable`, {});
    await this.#send('Page.navigate', { url });
    const result = await this.#evaluate(expression);
    this.#socket.close();
    return { requests: this.#requests, complaints: this.#complaints, result };
  }

  async #evaluate(expression: string): Promise<unknown> {
    for (;;) {
      const wish = { expression, returnByValue: true };
      const { result } = await this.#send<{ result: { value?: unknown } }>('Runtime.evaluate', wish);
      if (result.value !== undefined && result.value !== null) return result.value;
    }
  }

  #send<Result>(method: string, params: object): Promise<Result> {
    const id = ++this.#last;
    const session = this.#sessionId === undefined ? {} : { sessionId: this.#sessionId };
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        if (error === undefined) {
          // The protocol says what each method answers.
          resolve(result as Result);
        } else reject(new Error(`${method}: ${error.message}`));
      });
      this.#socket.send(JSON.stringify({ id, method, params, ...session }));
    });
  }

  #receive(text: string): void {
    // The protocol says what a message is.
    const message = JSON.parse(text) as Message;
    if (message.id !== undefined) this.#waiting.get(message.id)?.(message);
    else this.#notice(message);
  }

  #notice({ method, params }: Message): void {
    // As above, for each kind of event.
    if (method === 'Network.requestWillBeSent')
      this.#requests.push((params as { request: { url: string } }).request.url);
    if (method === 'Log.entryAdded') this.#complaints.push((params as { entry: { text: string } }).entry.text);
    if (method === 'Runtime.exceptionThrown') this.#complaints.push(JSON.stringify(params));
  }
}
