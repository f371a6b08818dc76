import { posix } from 'node:path';

/** A source file as the rules see it; the path is relative to the clone, such as `src/store/sql/sql.ts`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

// Strings come first, so that `'*/*'` opens no comment.
const stringOrComment = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/** The text without its comments. */
export function withoutComments(text: string): string {
  return text.replace(stringOrComment, (found) => (found.startsWith('/') ? ' ' : found));
}

const importForms = [
  /^\s*(?:import|export)\b[^'"`;()]*\bfrom\s*['"]([^'"]+)['"]/gm,
  /^\s*import\s*['"]([^'"]+)['"]/gm,
  /\bimport\s*\(\s*['"`]([^'"`]+)['"`]/g,
  /\brequire\s*\(\s*['"`]([^'"`]+)['"`]/g,
];

/** What a file imports, in any form: the path of a file of ours (`src/…ts`), or the name of a package. */
export function importsOf({ path, text }: SourceFile): readonly string[] {
  const code = withoutComments(text);
  const names = importForms.flatMap((form) => [...code.matchAll(form)].map(([, name = '']) => name));
  return names.map((name) =>
    name.startsWith('.') ? posix.join(posix.dirname(path), name).replace(/\.js$/, '.ts') : packageOf(name),
  );
}

function packageOf(name: string): string {
  if (name.startsWith('node:')) return name;
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}
