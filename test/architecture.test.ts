import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import * as rules from './support/architecture.js';
import type { Rule } from './support/architecture.js';
import { importsOf, withoutComments, type SourceFile } from './support/source-scan.js';

const root = new URL('../', import.meta.url);

function filesIn(folder: string): readonly SourceFile[] {
  return readdirSync(new URL(`${folder}/`, root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .map((path) => ({ path, text: readFileSync(new URL(path, root), 'utf8') }));
}

const sources = filesIn('src');
const tests = filesIn('test');

interface Case {
  readonly title: string;
  readonly rule: Rule;
  readonly files: readonly SourceFile[];
  /** Files that break the rule, each in one way. */
  readonly broken: readonly SourceFile[];
  readonly kept: readonly SourceFile[];
}

const file = (path: string, text = ''): SourceFile => ({ path, text });

const cases: readonly Case[] = [
  {
    title: 'imports run one way, from main down to schema',
    rule: rules.arrows,
    files: sources,
    broken: [
      file('src/schema/a.ts', "import { b } from '../protocol/b.js';"),
      file('src/protocol/a.ts', "import type { b } from '../store/b.js';"),
      file('src/protocol/a.ts', "import { b } from '../dialects/b.js';"),
      file('src/protocol/a.ts', "import { nowMs } from '../clock.js';"),
      file('src/dialects/a.ts', "export { b } from '../log.js';"),
      file('src/store/a.ts', "const b = await import('../directory/b.js');"),
      file('src/directory/a.ts', "import {\n  b,\n  c,\n} from '../http/b.js';"),
      file('src/http/scim/a.ts', "import '../../service.js';"),
      file('src/http/a.ts', "import { b } from '../cli/b.js';"),
      file('src/clock.ts', "import { b } from './store/b.js';"),
      file('src/service.ts', "import { b } from './main.js';"),
      file('src/reports/a.ts'),
    ],
    kept: [
      file('src/store/a.ts', "import { b } from '../protocol/b.js';\nimport { c } from './c.js';"),
      file('src/protocol/a.ts', "import { b } from '../errors.js';"),
      file('src/http/scim/a.ts', "import { b } from '../../directory/b.js';\nimport { c } from '../c.js';"),
      file('src/schema/a.ts', "// import { b } from '../store/b.js';\n/* import '../main.js' */"),
    ],
  },
  {
    title: 'each outside thing has one door',
    rule: rules.packageDoors,
    files: sources,
    broken: [
      file('src/directory/a.ts', "import knex from 'knex';"),
      file('src/service.ts', "import Database from 'better-sqlite3';"),
      file('src/http/a.ts', "import type { Pool } from 'pg';"),
      file('src/cli/a.ts', "import express from 'express';"),
      file('src/directory/a.ts', "import { Strategy } from 'passport-http-bearer';"),
      file('src/http/a.ts', "import SCIMMY from 'scimmy';"),
      file('src/http/a.ts', "import SCIMMYRouters from 'scimmy-routers';"),
      file('src/store/a.ts', "const { Schema } = await import('scimmy/schemas');"),
      file('src/http/a.ts', "import { Command } from 'commander';"),
      file('src/store/a.ts', "import { pino } from 'pino';"),
      file('src/http/a.ts', "import { RateLimiterMemory } from 'rate-limiter-flexible';"),
      file('src/store/a.ts', "import { Counter } from 'prom-client';"),
    ],
    kept: [
      file('src/store/a.ts', "import knex from 'knex';\nimport Database from 'better-sqlite3';"),
      file('src/http/scim/a.ts', "import SCIMMY from 'scimmy';\nimport express from 'express';"),
    ],
  },
  {
    title: 'the environment is read in config.ts alone',
    rule: rules.environmentDoor,
    files: sources,
    broken: [
      file('src/http/a.ts', "const port = process.env['PORT'];"),
      file('src/http/a.ts', 'const { env } = process;'),
      file('src/http/a.ts', "import { env } from 'node:process';"),
    ],
    kept: [file('src/config.ts', 'process.env'), file('src/http/a.ts', '// process.env is for config.ts')],
  },
  {
    title: 'the time is asked for in clock.ts alone',
    rule: rules.clockDoor,
    files: sources,
    broken: [
      file('src/http/a.ts', 'const at = Date.now();'),
      file('src/http/a.ts', 'const at = new Date();'),
      file('src/http/a.ts', 'const at = new Date;'),
      file('src/http/a.ts', 'const at = Date();'),
      file('src/http/a.ts', 'const clock = Date.now;'),
    ],
    kept: [file('src/clock.ts', 'Date.now()'), file('src/http/a.ts', 'const at = new Date(ms);')],
  },
  {
    title: 'a connection is used behind the tables of a tenant or of the platform',
    rule: rules.connectionDoor,
    files: sources,
    broken: [
      file('src/directory/a.ts', "await this.#context.database.reader.all('select 1');"),
      file('src/store/a.ts', 'const { scanner } = database;'),
      file('src/http/a.ts', 'database.transaction((rows) => work(rows));'),
      file('src/store/a.ts', "import type { Connection } from './connection.js';"),
      file('src/directory/a.ts', "import type { Connection, Database } from '../store/connection.js';"),
    ],
    kept: [
      file('src/store/tenant/tenant-tables.ts', 'return database.transaction((connection) => work(connection));'),
      file('src/directory/a.ts', "import type { Database } from '../store/connection.js';"),
    ],
  },
  {
    title: 'no file is longer than 400 lines',
    rule: rules.longFiles,
    files: sources,
    broken: [file('src/http/a.ts', 'a();\n'.repeat(401))],
    kept: [file('src/http/a.ts', 'a();\n'.repeat(400))],
  },
  {
    title: 'a name says what is inside',
    rule: rules.vagueNames,
    files: [...sources, ...tests],
    broken: [
      file('src/utils/a.ts'),
      file('src/http/scim-helpers.ts'),
      file('src/common.ts'),
      file('src/store/pool-manager.ts'),
    ],
    kept: [file('src/http/uncommon-road.ts'), file('src/store/resources/resource-store.ts')],
  },
  {
    title: 'a file exports by name',
    rule: rules.namedExports,
    files: sources,
    broken: [file('src/http/a.ts', 'export default 1;'), file('src/http/a.ts', 'export { a as default };')],
    kept: [file('src/http/a.ts', "import { default as a } from 'a';\nexport const b = 1;")],
  },
  {
    title: 'unions take the place of enums',
    rule: rules.noEnums,
    files: [...sources, ...tests],
    broken: [file('src/http/a.ts', 'enum A { B }'), file('src/http/a.ts', 'export const enum A { B }')],
    kept: [file('src/http/a.ts', 'const enumerable = true;')],
  },
];

describe('the cut of the project', () => {
  it('is read from files that are there', () => {
    expect(sources.map(({ path }) => path)).to.include('src/errors.ts');
    expect(tests.map(({ path }) => path)).to.include('test/architecture.test.ts');
  });

  for (const { title, rule, files, broken, kept } of cases) {
    it(title, () => {
      expect(files.flatMap((one) => rule(one))).to.deep.equal([]);
    });

    it(`${title}: a file that does not is found`, () => {
      for (const one of broken) expect(rule(one), `${one.path}: ${one.text}`).to.have.length(1);
      for (const one of kept) expect(rule(one), `${one.path}: ${one.text}`).to.deep.equal([]);
    });
  }
});

describe('the scanner of source files', () => {
  it('finds imports in every form, and none in comments', () => {
    const text = [
      "import a, { type b } from './a.js';",
      "import type { c } from '@scope/c/d';",
      "export * from '../e.js';",
      "import 'f/g';",
      "const h = await import('./h.js');",
      "// import './no.js';",
      "/** @type {import('./no.js')} */",
    ].join('\n');
    const found = importsOf({ path: 'src/http/x.ts', text });
    expect(found).to.have.members(['src/http/a.ts', '@scope/c', 'src/e.ts', 'f', 'src/http/h.ts']);
  });

  it('sees no comment in a string', () => {
    expect(withoutComments("const accept = '*/*'; const url = 'https://a'; b(); // c")).to.equal(
      "const accept = '*/*'; const url = 'https://a'; b();  ",
    );
    expect(withoutComments("f('/*'); g(); h('*/');")).to.equal("f('/*'); g(); h('*/');");
  });
});
