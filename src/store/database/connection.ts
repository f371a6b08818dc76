import type { NewEntry } from '../trail/change-chain.js';
import type { Dialect } from './dialect.js';
import type { Binding } from '../sql/sql.js';

/** One way to run statements: the reader, or the open transaction of the writer. */
export interface Connection {
  /** Runs a statement and returns its rows. Clients take turns where statements wait for one another. */
  all<Row>(text: string, bindings?: readonly Binding[], clientId?: string): Promise<Row[]>;
  /** Runs a statement and returns how many rows it changed. */
  run(text: string, bindings?: readonly Binding[]): Promise<number>;
  /**
   * Runs a statement of a transaction of which nothing needs to be known before the commit, so that it may travel with what follows. When it fails, the
   * transaction does, with what `refuse` makes of the failure.
   */
  post(text: string, bindings?: readonly Binding[], refuse?: Refuse): Promise<void>;
  /**
   * Appends an entry to the log of its client when the transaction has written everything else. Throws on a connection that
   * reads.
   */
  append(entry: NewEntry): void;
}

/** What the failure of a statement means. */
export type Refuse = (error: unknown) => unknown;

function refuseToWrite(): never {
  throw new Error('a reader changes nothing');
}

/** What a connection that reads does where one of a transaction writes. */
export const writeNothing: Pick<Connection, 'append' | 'post'> = { append: refuseToWrite, post: refuseToWrite };

/** For whom a transaction is, and until when. */
export interface TransactionTerms {
  /** Clients take turns where transactions wait for one another; without one, the service itself. */
  readonly clientId?: string | undefined;
  /** When it must be ready to be committed, in milliseconds since 1970; later it is given up, and throws 503. */
  readonly deadlineMs?: number | undefined;
  /**
   * Those that meet at the same place run one after the other, in the order in which they were asked for, and share a commit: they would
   * wait for each other anyway, or are to be in that order. They must be for one client.
   */
  readonly meetsAt?: string | undefined;
  /** Throws where its caller may no longer do this: asked when all is done, because what is waited for takes time; it reads elsewhere. */
  readonly requireStanding?: (() => Promise<void>) | undefined;
  /** Its statements may take as long as they like, and wait as long for others. */
  readonly isPatient?: boolean | undefined;
}

/** How busy a database is: by name, what waits and what is in use. */
export type DatabaseLoad = Readonly<
  Partial<
    Record<'writesWaiting' | 'scansWaiting' | 'connectionsWaiting' | 'connectionsUsed' | 'connectionsFree', number>
  >
>;

/** A copy that follows the database. */
export interface Replica {
  /** A connection to it, when it holds all that is committed by now; undefined when it is away, or too far behind. */
  caughtUp(): Promise<Connection | undefined>;
  /** It failed: it is spared for a while. */
  rest(): void;
}

/** How a database is opened. */
export interface DatabaseOptions {
  /** Whether a process that writes much leaves room for others; only an embedded database, which has one writer at a time, needs it. */
  readonly leavesRoom: boolean;
}

/** The database, whichever it is. A statement that cannot be run because of an outage throws 503. */
export interface Database {
  readonly dialect: Dialect;
  /** Reads what has been committed. */
  readonly reader: Connection;
  /** As `reader`, for statements whose cost grows with the client: however long one takes, it does not hold the event loop. */
  readonly scanner: Connection;
  /** For reads of many rows, where there is one. */
  readonly replica: Replica | undefined;
  /**
   * Runs `work` in one transaction and returns after it is durable. Throws what `work` throws, and then nothing of it remains.
   * `work` uses only the connection it is given and waits for nothing else, because others wait for it.
   */
  transaction<Result>(work: (connection: Connection) => Promise<Result>, terms?: TransactionTerms): Promise<Result>;
  /** Takes what was erased out of what the database keeps beside its tables, as far as nobody reads it now. */
  forget(): Promise<void>;
  /** How busy it is, where that is known. */
  load?(): DatabaseLoad;
  /** Throws 503 when the database cannot be used. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
