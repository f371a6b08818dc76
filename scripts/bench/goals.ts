import type { Measurement } from './measure.js';
import type { Sample } from './load.js';
import type { Outcome } from './scenarios/scenario.js';
import { floorAt, type Table } from './report.js';
import { cursorPages } from './work-items.js';

/** What was measured, by which the goals are judged. */
export interface Results {
  readonly measurements: readonly Measurement[];
  readonly outcomes: readonly Outcome[];
}

type Database = Outcome['database'];

/** A figure that has a goal: as it is written, and whether it is within it. */
interface Judged {
  readonly text: string;
  readonly met: boolean;
}

/** A goal: what it says for each database, and how a run judges it; undefined where the run did not measure it. */
interface Goal {
  readonly name: string;
  readonly limits: Readonly<Record<Database, string>>;
  judge(results: Results, database: Database): Judged | undefined;
}

const judgedAt = 1;

function medianOf(
  { measurements }: Results,
  database: Database,
  { work, users, concurrency = judgedAt }: { work: string; users: number; concurrency?: number },
): Sample | undefined {
  return measurements.find(
    (each) =>
      each.target === `Muster, ${database}` &&
      each.work === work &&
      each.size?.clients === 1 &&
      each.size.users === users &&
      each.concurrency === concurrency,
  )?.median;
}

function sizesIn({ measurements }: Results): readonly number[] {
  const sizes = measurements.flatMap(({ size }) => (size?.clients === 1 ? [size.users] : []));
  return [...new Set(sizes)].toSorted((a, b) => a - b);
}

/** CPU time of a request as a multiple of bare express, with 100,000 users. */
function ratio(name: string, works: readonly string[], most: Readonly<Record<Database, number>>): Goal {
  return {
    name,
    limits: { SQLite: `≤ ${most.SQLite}`, PostgreSQL: `≤ ${most.PostgreSQL}` },
    judge: (results, database) => {
      const judged = (concurrency: number): Judged | undefined => {
        const ratios = ratiosAt(concurrency, works, results, database);
        if (ratios === undefined) return undefined;
        const text = ratios.map((each) => each.toFixed(2)).join(' / ');
        return { text, met: Math.max(...ratios) <= most[database] };
      };
      const [one, sixteen] = [judged(judgedAt), judged(16)];
      if (one === undefined || sixteen === undefined) return one;
      return { text: `${markOf(one)}; 16 at a time ${sixteen.text}`, met: sixteen.met };
    },
  };
}

/** What each work costs as a multiple of bare express; undefined where one of them was not measured. */
function ratiosAt(
  concurrency: number,
  works: readonly string[],
  results: Results,
  database: Database,
): readonly number[] | undefined {
  const floorUs = floorAt(results.measurements, concurrency);
  const found = works.flatMap((work) => medianOf(results, database, { work, users: 100_000, concurrency }) ?? []);
  if (found.length < works.length || Number.isNaN(floorUs)) return undefined;
  return found.map(({ cpuUs }) => cpuUs / floorUs);
}

function markOf({ text, met }: Judged): string {
  return `${text} ${met ? '✓' : '✗'}`;
}

/** CPU time of one kind of work as a multiple of another's. */
function growth(
  name: string,
  pairs: (
    results: Results,
  ) => readonly (readonly [larger: { work: string; users: number }, smaller: { work: string; users: number }])[],
  most: number,
  p99Ms?: Readonly<Record<Database, number>>,
): Goal {
  const tail = (database: Database) => (p99Ms === undefined ? '' : `, p99 ≤ ${p99Ms[database]} ms`);
  return {
    name,
    limits: { SQLite: `≤ ${most} times${tail('SQLite')}`, PostgreSQL: `≤ ${most} times${tail('PostgreSQL')}` },
    judge: (results, database) => {
      const compared = pairs(results).map(([larger, smaller]) => {
        const [high, low] = [medianOf(results, database, larger), medianOf(results, database, smaller)];
        return high === undefined || low === undefined
          ? undefined
          : { ratio: high.cpuUs / low.cpuUs, p99Ms: high.p99Ms };
      });
      const found = compared.flatMap((each) => each ?? []);
      if (found.length === 0 || found.length < compared.length) return undefined;
      const times = found.map((each) => each.ratio.toFixed(2)).join(' / ');
      const slow = Math.max(...found.map((each) => each.p99Ms));
      const isQuick = p99Ms === undefined || slow <= p99Ms[database];
      const text = p99Ms === undefined ? times : `${times}, p99 ${slow.toFixed(1)} ms`;
      return { text, met: isQuick && Math.max(...found.map((each) => each.ratio)) <= most };
    },
  };
}

function figureOf(results: Results, database: Database, scenario: string, name: string): number | undefined {
  const own = results.outcomes.filter((each) => each.scenario === scenario && each.database === database);
  return own.at(-1)?.figures.find((figure) => figure.name === name)?.value;
}

const lookups = ['lookup by userName', 'lookup by externalId', 'lookup by work e-mail'];

const durable: Goal = {
  name: 'durable creates, 16 at a time',
  limits: { SQLite: '≥ 1,500/s, ≥ 3 times one by one', PostgreSQL: '≥ 1,200/s' },
  judge: (results, database) => {
    const at = (concurrency: number) =>
      medianOf(results, database, { work: 'create', users: 100_000, concurrency })?.perSecond;
    const [one, sixteen, many] = [at(1), at(16), at(64)];
    if (one === undefined || sixteen === undefined) return undefined;
    const least = database === 'SQLite' ? Math.max(1_500, 3 * one) : 1_200;
    const more = many === undefined ? '' : `; 64 at a time ${many.toFixed(0)}/s`;
    return { text: `${sixteen.toFixed(0)}/s, ${(sixteen / one).toFixed(1)} times${more}`, met: sixteen >= least };
  },
};

const bulk: Goal = {
  name: 'Bulk of 1,000 creates',
  limits: { SQLite: '≤ 0.3 s, stall ≤ 50 ms', PostgreSQL: '≤ 0.8 s, stall ≤ 50 ms' },
  judge: (results, database) => {
    const found = medianOf(results, database, { work: 'Bulk of 1,000 creates', users: 100_000 });
    if (found === undefined) return undefined;
    const mostMs = database === 'SQLite' ? 300 : 800;
    const text = `${(found.p50Ms / 1_000).toFixed(2)} s, stall ${found.stallMs.toFixed(0)} ms`;
    return { text, met: found.p50Ms <= mostMs && found.stallMs <= 50 };
  },
};

function same(SQLite: string): Goal['limits'] {
  return { SQLite, PostgreSQL: SQLite };
}

const writers: Goal = {
  name: '50 writers adding members to one group',
  limits: same('nothing lost, ≥ 500/s'),
  judge: (results, database) => {
    const rate = figureOf(results, database, '50 writers to one group', 'members a second');
    const lost = figureOf(results, database, '50 writers to one group', 'lost');
    if (rate === undefined || lost === undefined) return undefined;
    return { text: `${lost} lost, ${rate.toFixed(0)}/s`, met: lost === 0 && rate >= 500 };
  },
};

const start: Goal = {
  name: 'start with the largest client',
  limits: same('≤ 1 s'),
  judge: (results, database) => {
    const ms = figureOf(results, database, 'start', 'until ready');
    return ms === undefined ? undefined : { text: `${(ms / 1_000).toFixed(2)} s`, met: ms <= 1_000 };
  },
};

const memory: Goal = {
  name: 'memory at rest, and after walking the largest client by cursor',
  limits: same('≤ 120 MB, ≤ 40 MB more'),
  judge: (results, database) => {
    const rest = figureOf(results, database, 'start', 'memory at rest');
    const [before, after] = ['memory before', 'memory after'].map((name) =>
      figureOf(results, database, 'walk by cursor', name),
    );
    if (rest === undefined || before === undefined || after === undefined) return undefined;
    const more = after - before;
    return { text: `${rest.toFixed(0)} MB, ${more.toFixed(0)} MB more`, met: rest <= 120 && more <= 40 };
  },
};

function largestAgainstSmallest(work: string) {
  return (results: Results) => {
    const sizes = sizesIn(results);
    const [smallest = 0, largest = 0] = [sizes[0], sizes.at(-1)];
    return smallest === largest
      ? []
      : ([
          [
            { work, users: largest },
            { work, users: smallest },
          ],
        ] as const);
  };
}

const goals: readonly Goal[] = [
  ratio('read by id, 100,000 users', ['read by id'], { SQLite: 1.5, PostgreSQL: 2.5 }),
  ratio('lookup by userName / externalId / work e-mail, 100,000 users', lookups, { SQLite: 1.8, PostgreSQL: 2.8 }),
  growth(
    'the same with the most users against 1,000',
    (results) => lookups.flatMap((work) => largestAgainstSmallest(work)(results)),
    1.3,
  ),
  ratio('PATCH active', ['PATCH active'], { SQLite: 2.5, PostgreSQL: 4 }),
  ratio('create / PUT', ['create', 'PUT'], { SQLite: 3, PostgreSQL: 4.5 }),
  ratio('list of 100 users', ['list of 100 at the start'], { SQLite: 8, PostgreSQL: 9 }),
  growth(
    'group PATCH of one member, the largest group against 10',
    (results) => {
      const users = sizesIn(results).at(-1) ?? 0;
      const work = (members: number) => `group of ${members.toLocaleString('en')}: add or remove a member`;
      return users < 1_000
        ? []
        : [
            [
              { work: work(users), users },
              { work: work(10), users },
            ],
          ];
    },
    1.5,
    { SQLite: 10, PostgreSQL: 15 },
  ),
  growth(
    'the page by cursor at nine tenths of the way against page 1',
    (results) => {
      const users = sizesIn(results).at(-1) ?? 0;
      return [
        [
          { work: cursorPages.deep, users },
          { work: cursorPages.first, users },
        ],
      ];
    },
    1.3,
  ),
  durable,
  bulk,
  writers,
  start,
  memory,
];

/** The goals with what was measured; those that the run did not measure are left out. */
export function goalTable(results: Results): Table {
  const databases: readonly Database[] = ['SQLite', 'PostgreSQL'];
  const rows = goals.flatMap((goal) => {
    const judged = databases.map((database) => goal.judge(results, database));
    if (judged.every((each) => each === undefined)) return [];
    const cells = databases.flatMap((database, place) => {
      const found = judged[place];
      return [goal.limits[database], found === undefined ? '' : markOf(found)];
    });
    return [[goal.name, ...cells]];
  });
  const headings = ['work', ...databases.flatMap((database) => [`${database}: goal`, `${database}: measured`])];
  return { title: 'Goals', headings, rows };
}
