import type { Connection, Database } from './connection.js';

/** What a statement was for: a read, one that may read much, or a part of a transaction; and whole transactions. */
export type TimedWork = 'read' | 'scan' | 'write' | 'transaction';

/** Is told how long something took, in seconds, whether or not it succeeded. */
export type TimeObserver = (work: TimedWork, seconds: number) => void;

/** Beside what is waited for, not in between: a statement takes no turn longer because it is timed. */
function timed<Result>(action: () => Promise<Result>, done: (seconds: number) => void): Promise<Result> {
  const startMs = performance.now();
  const result = action();
  const note = () => done((performance.now() - startMs) / 1_000);
  void result.then(note, note);
  return result;
}

function timedConnection(connection: Connection, done: (seconds: number) => void): Connection {
  return {
    all: <Row>(...statement: Parameters<Connection['all']>) => timed(() => connection.all<Row>(...statement), done),
    run: (...statement) => timed(() => connection.run(...statement), done),
    post: (...statement) => timed(() => connection.post(...statement), done),
    append: (entry) => connection.append(entry),
  };
}

/** The same database; `observe` is told how long each statement and each transaction took. */
export function timedDatabase(database: Database, observe: TimeObserver): Database {
  const { dialect, replica } = database;
  const on = (work: TimedWork) => (seconds: number) => observe(work, seconds);
  return {
    dialect,
    replica,
    load: () => database.load?.() ?? {},
    reader: timedConnection(database.reader, on('read')),
    scanner: timedConnection(database.scanner, on('scan')),
    transaction: (work, terms) => {
      const inside = on('write');
      const whole = () => database.transaction((connection) => work(timedConnection(connection, inside)), terms);
      return timed(whole, on('transaction'));
    },
    forget: () => database.forget(),
    ping: () => database.ping(),
    close: () => database.close(),
  };
}
