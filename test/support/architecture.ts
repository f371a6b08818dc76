import { importsOf, withoutComments, type SourceFile } from './source-scan.js';

/** A rule of the design: what is wrong with a file, one sentence each; none when it keeps the rule. */
export type Rule = (file: SourceFile) => readonly string[];

// From the bottom to the top: a part may use those before it.
const parts = ['schema', 'protocol', 'dialects', 'store', 'directory', 'http', 'service', 'cli', 'main'];

const free = ['errors', 'clock', 'config', 'log'];
const pure = ['schema', 'protocol', 'dialects'];

/** The part a file of src belongs to: its folder, or its own name when it lies in src itself. */
function partOf(path: string): string {
  const [, first = ''] = path.split('/');
  return first.replace(/\.ts$/, '');
}

function isAllowed(from: string, to: string): boolean {
  if (from === to) return true;
  if (to === 'errors') return true;
  if (free.includes(to)) return !pure.includes(from);
  return !free.includes(from) && parts.indexOf(from) > parts.indexOf(to);
}

/** Imports run one way: schema → protocol → dialects → store → directory → http → service → cli → main. */
export const arrows: Rule = (file) => {
  const from = partOf(file.path);
  if (!parts.includes(from) && !free.includes(from)) return [`${file.path} lies in no part that the design names`];
  return importsOf(file)
    .filter((target) => target.startsWith('src/') && !isAllowed(from, partOf(target)))
    .map((target) => `${file.path} may not import ${target}`);
};

interface Door {
  readonly packages: RegExp;
  readonly rooms: readonly string[];
}

const doors: readonly Door[] = [
  { packages: /^(knex|better-sqlite3|pg(-.*)?)$/, rooms: ['src/store/'] },
  { packages: /^(express|passport(-.*)?)$/, rooms: ['src/http/'] },
  { packages: /^scimmy(-.*)?$/, rooms: ['src/schema/', 'src/http/scim/'] },
  { packages: /^prom-client$/, rooms: ['src/http/', 'src/cli/'] },
  { packages: /^rate-limiter-flexible$/, rooms: ['src/store/'] },
  { packages: /^commander$/, rooms: ['src/cli/'] },
  { packages: /^pino(-.*)?$/, rooms: ['src/log.ts', 'src/http/'] },
];

/** Each outside thing has one door. */
export const packageDoors: Rule = (file) =>
  importsOf(file).flatMap((name) =>
    doors
      .filter(({ packages, rooms }) => packages.test(name) && !rooms.some((room) => file.path.startsWith(room)))
      .map(({ rooms }) => `${file.path} may not import ${name}: it belongs in ${rooms.join(', ')}`),
  );

/** The environment is read in src/config.ts. */
export const environmentDoor: Rule = ({ path, text }) =>
  path !== 'src/config.ts' &&
  /\bprocess\s*(?:\?\.|\.)\s*env\b|\{[^}]*\benv\b[^}]*\}\s*(?:=\s*process\b|from\s*'node:process')/.test(
    withoutComments(text),
  )
    ? [`${path} reads the environment`]
    : [];

/** The time is asked for in src/clock.ts. */
export const clockDoor: Rule = ({ path, text }) =>
  path !== 'src/clock.ts' &&
  /\bDate\s*\.\s*now\b|\bnew\s+Date\s*(?:\(\s*\)|(?!\s*\())|(?<!new\s)\bDate\s*\(\s*\)/.test(withoutComments(text))
    ? [`${path} asks the machine for the time`]
    : [];

// Those who check statements, those who make connections, those who hand them on, and the migrations.
const connectionRooms =
  /^src\/(store\/(database\/[a-z-]+|sqlite-files\/[a-z-]+|tenant\/(tenant|platform)-tables|trail\/(append-entries|chain-existing))|directory\/write-sequence)\.ts$/;

/** A statement reaches a connection through the tables of a tenant or those of the platform, which refuse what crosses clients. */
export const connectionDoor: Rule = ({ path, text }) =>
  !connectionRooms.test(path) &&
  /\.\s*(?:reader|scanner)\b|\{[^}]*\b(?:reader|scanner)\b[^}]*\}\s*=|\.\s*transaction\s*\(|\bConnection\b[^;]*\bfrom\s*'[^']*\/connection\.js'/.test(
    withoutComments(text),
  )
    ? [`${path} uses a connection past the tables of the tenants and of the platform`]
    : [];

/** What is longer than 400 lines holds two things. */
export const longFiles: Rule = ({ path, text }) => {
  const lines = text.split('\n').length - 1;
  return lines > 400 ? [`${path} has ${lines} lines; 400 is the most`] : [];
};

/** A name says what is inside. */
export const vagueNames: Rule = ({ path }) =>
  /(^|[/.-])(utils?|helpers?|common|managers?|misc)([/.-]|$)/i.test(path)
    ? [`${path} says nothing about what is inside`]
    : [];

/** A file exports by name. */
export const namedExports: Rule = ({ path, text }) =>
  /^\s*export\s+default\b|\bas\s+default\b/m.test(withoutComments(text)) ? [`${path} has a default export`] : [];

/** Unions take the place of enums. */
export const noEnums: Rule = ({ path, text }) =>
  /^\s*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s+\w/m.test(withoutComments(text))
    ? [`${path} declares an enum`]
    : [];
